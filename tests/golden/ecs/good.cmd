# Nothing is wrong here.
check --config collector.yaml --task-definition good.json
