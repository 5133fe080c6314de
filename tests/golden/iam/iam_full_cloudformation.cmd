iam full.yaml --format cloudformation
iam full.yaml --format cloudformation --account 123456789012 --role task
