check --config traces.yaml --task-definition health_extension.json
