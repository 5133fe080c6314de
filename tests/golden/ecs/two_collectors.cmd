check --config collector.yaml --task-definition two_collectors.json
