check --config collector.yaml --task-definition essential_default.json
