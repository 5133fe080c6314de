check --config collector.yaml --task-definition placeholders.json
