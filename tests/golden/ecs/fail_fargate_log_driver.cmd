check --config collector.yaml --task-definition fargate_log_driver.json
