check --config collector.yaml --task-definition order.json
