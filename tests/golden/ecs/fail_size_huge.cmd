check --config collector.yaml --task-definition size_huge.json
