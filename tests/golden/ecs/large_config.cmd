check --config large.yaml --task-definition large_config.json
