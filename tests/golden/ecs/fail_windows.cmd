check --config collector.yaml --task-definition windows.json
