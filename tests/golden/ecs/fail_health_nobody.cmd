check --config traces.yaml --task-definition health_nobody.json
