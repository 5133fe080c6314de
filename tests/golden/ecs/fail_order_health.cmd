check --config collector.yaml --task-definition order_health.json
