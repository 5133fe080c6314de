check --config traces.yaml --task-definition otlp_not_taken.json
