iam collector.yaml
