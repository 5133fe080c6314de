check --config collector.yaml --task-definition service_name.json
