iam full.yaml --account 123456789012
iam full.yaml --role task
iam full.yaml --role execution --account 123456789012 --image 123456789012.dkr.ecr.eu-west-1.amazonaws.com/team/collector:1.0 --log-group /app/collector --secret API_TOKEN=arn:aws:secretsmanager:eu-west-1:123456789012:secret:api-token-AbCdEf --kms-key arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab
iam late.yaml --role task
iam late.yaml --role task --account 123456789012 --region eu-west-1
iam plain.yaml --role trust
iam plain.yaml --role trust --account 123456789012 --region us-east-1
