check --config collector.yaml --task-definition health_stock.json --for whittle
