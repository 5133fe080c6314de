check --config collector.yaml --task-definition otlp_default.json
