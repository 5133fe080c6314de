# The application waits for HEALTHY, too.
check --config collector.yaml --task-definition health_none.json --for whittle
