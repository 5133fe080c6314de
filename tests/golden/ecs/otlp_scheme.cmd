check --config collector.yaml --task-definition otlp_scheme.json
