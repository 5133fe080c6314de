# several: a config of which nothing is left
iam broken.yaml
