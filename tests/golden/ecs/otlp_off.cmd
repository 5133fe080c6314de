check --config traces.yaml --task-definition otlp_off.json
