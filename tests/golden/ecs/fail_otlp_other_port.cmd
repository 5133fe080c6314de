check --config collector.yaml --task-definition otlp_other_port.json
