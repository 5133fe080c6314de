check --config collector.yaml --task-definition fargate.json
