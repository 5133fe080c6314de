check --config collector.yaml --task-definition parts_router.json
