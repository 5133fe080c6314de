check --config collector.yaml --task-definition otlp_path.json
