check --config collector.yaml --task-definition health_ranges.json
