check --config collector.yaml --task-definition otlp_tls.json
