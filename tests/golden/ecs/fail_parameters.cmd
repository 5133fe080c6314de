check --config collector.yaml --task-definition parameters.json
