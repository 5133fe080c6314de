check --config collector.yaml --task-definition several_collectors.json
