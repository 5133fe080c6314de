check --config traces.yaml --task-definition mappings_loopback.json
