check --config metrics.yaml --task-definition missing_variable.json
