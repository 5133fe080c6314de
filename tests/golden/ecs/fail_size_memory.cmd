check --config collector.yaml --task-definition size_memory.json
