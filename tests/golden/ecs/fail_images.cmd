check --config collector.yaml --task-definition images.json
