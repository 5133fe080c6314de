check --config collector.yaml --task-definition otlp_grpc_without_scheme.json
