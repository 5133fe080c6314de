check --config collector.yaml --task-definition otlp_grpc.json
