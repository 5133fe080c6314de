check --config collector.yaml --task-definition fargate_parameters.json
