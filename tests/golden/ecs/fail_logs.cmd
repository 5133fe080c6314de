check --config collector.yaml --task-definition logs.json
