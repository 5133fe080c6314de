iam collector.yaml --format cdk
