check --config collector.yaml --task-definition fargate_network_mode.json
