check --config collector.yaml --task-definition health_shell.json --for whittle
