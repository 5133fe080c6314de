check --config collector.yaml --task-definition size_steps.json
