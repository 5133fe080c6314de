check --config collector.yaml --task-definition variables.json
