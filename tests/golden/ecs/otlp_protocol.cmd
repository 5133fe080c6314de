check --config collector.yaml --task-definition otlp_protocol.json
