check --config collector.yaml --task-definition order_itself.json
