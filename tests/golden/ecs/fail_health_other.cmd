check --config collector.yaml --task-definition health_other.json
