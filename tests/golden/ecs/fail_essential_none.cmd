check --config collector.yaml --task-definition essential_none.json
