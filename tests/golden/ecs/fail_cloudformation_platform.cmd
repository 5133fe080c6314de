check --config metrics.yaml --cloudformation platform.yaml
