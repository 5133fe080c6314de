# several: one mistake, of which two rules tell
check --config collector.yaml --task-definition two_routers.json
