check --config collector.yaml --task-definition secrets.json
