check --config traces.yaml --task-definition otlp_metrics_on_purpose.json
