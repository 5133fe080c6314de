check --config collector.yaml --task-definition logs_none.json
