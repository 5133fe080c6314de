check --config collector.yaml --task-definition log_options.json
