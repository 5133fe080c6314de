check --cloudformation same_reference.yaml # only 09
