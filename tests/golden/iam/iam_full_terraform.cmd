iam full.yaml --format terraform
iam full.yaml --format terraform --account 123456789012 --role task
