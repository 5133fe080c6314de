check --config collector.yaml --task-definition order_nobody.json
