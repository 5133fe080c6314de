check --config collector.yaml --task-definition otlp_http.json
