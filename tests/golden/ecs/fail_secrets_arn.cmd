check --config collector.yaml --task-definition secrets_arn.json
