check --config collector.yaml --task-definition stock.json
