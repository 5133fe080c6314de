check --config collector.yaml --task-definition otlp_port.json
