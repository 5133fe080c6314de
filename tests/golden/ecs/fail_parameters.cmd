# several: parameters beside each other
check --config collector.yaml --task-definition parameters.json
