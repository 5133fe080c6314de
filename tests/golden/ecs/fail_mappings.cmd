check --config collector.yaml --task-definition mappings.json
