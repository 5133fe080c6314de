check --config collector.yaml --task-definition parts_health_check.json
