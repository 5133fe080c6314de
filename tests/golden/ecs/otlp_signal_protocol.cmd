check --config collector.yaml --task-definition otlp_signal_protocol.json
