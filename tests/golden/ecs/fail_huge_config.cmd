check --config huge.yaml --task-definition huge_config.json
