check --config collector.yaml --task-definition types.json
