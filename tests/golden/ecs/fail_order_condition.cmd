check --config collector.yaml --task-definition order_condition.json
