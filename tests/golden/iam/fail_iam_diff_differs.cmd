iam diff plain.yaml full.yaml --role task --account 123456789012 --exit-code
