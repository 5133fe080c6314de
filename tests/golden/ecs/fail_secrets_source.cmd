check --config collector.yaml --task-definition secrets_source.json
