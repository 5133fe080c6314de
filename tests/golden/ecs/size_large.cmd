check --config collector.yaml --task-definition size_large.json
