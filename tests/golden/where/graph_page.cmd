graph base.yaml over.yaml --region us-east-1 --account 123456789012 --html -
