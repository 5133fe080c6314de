# several: a config in a parameter
check --cloudformation parameter.yaml
