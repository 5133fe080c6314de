check --config collector.yaml --task-definition two_routers.json
