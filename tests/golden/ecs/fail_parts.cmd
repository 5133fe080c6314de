check --config collector.yaml --task-definition parts.json
