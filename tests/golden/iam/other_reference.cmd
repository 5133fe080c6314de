check --cloudformation other_reference.yaml # only 09
