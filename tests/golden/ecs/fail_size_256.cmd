check --config collector.yaml --task-definition size_256.json
