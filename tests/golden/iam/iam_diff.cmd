iam diff plain.yaml plain.yaml
iam diff plain.yaml full.yaml
iam diff plain.yaml full.yaml --role execution
iam diff late.yaml plain.yaml --format json --role task
