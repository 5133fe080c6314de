# several: a whole template
check --config metrics.yaml --cloudformation platform.yaml
