check --config collector.yaml --task-definition order_names.json
