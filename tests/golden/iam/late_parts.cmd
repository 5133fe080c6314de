iam shop.yaml
