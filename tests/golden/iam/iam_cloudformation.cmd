iam collector.yaml --format cloudformation
