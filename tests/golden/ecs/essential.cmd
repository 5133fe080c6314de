check --config collector.yaml --task-definition essential.json
