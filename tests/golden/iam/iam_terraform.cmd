iam collector.yaml --format terraform
