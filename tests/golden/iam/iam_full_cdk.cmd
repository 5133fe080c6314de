iam full.yaml --format cdk
iam full.yaml --format cdk --account 123456789012 --role task
