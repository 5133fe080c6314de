check --config collector.yaml --task-definition missing_secret.json
