# several: a whole environment
check --config collector.yaml --task-definition variables.json
