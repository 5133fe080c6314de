check --config collector.yaml --task-definition health_curl.json --for whittle
