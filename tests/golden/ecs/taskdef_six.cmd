taskdef six.yaml --task --account 123456789012 --region us-east-1 --app example/app:1
taskdef six.yaml --format compose
