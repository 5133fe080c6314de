check --config collector.yaml --task-definition stock_port.json # only 13
