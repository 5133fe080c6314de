check --cloudformation taken_by_parameter.yaml # only 14
