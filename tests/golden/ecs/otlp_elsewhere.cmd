check --config collector.yaml --task-definition otlp_elsewhere.json
