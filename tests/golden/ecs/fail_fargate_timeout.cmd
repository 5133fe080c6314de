check --config collector.yaml --task-definition fargate_timeout.json
