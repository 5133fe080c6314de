check --config collector.yaml --task-definition arguments.json
