iam broken.yaml
