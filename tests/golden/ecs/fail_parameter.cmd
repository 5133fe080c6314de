check --cloudformation parameter.yaml
