check --config collector.yaml --task-definition arguments_entry_point.json
