check --config collector.yaml --task-definition arguments_option.json
