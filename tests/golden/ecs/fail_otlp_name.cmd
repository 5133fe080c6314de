check --config collector.yaml --task-definition otlp_name.json
