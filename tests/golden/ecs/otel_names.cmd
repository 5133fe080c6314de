check --config collector.yaml --task-definition otel_names.json
