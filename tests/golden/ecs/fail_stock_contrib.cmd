check --config collector.yaml --task-definition stock_contrib.json
