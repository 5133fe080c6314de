check --cloudformation group_arn.yaml # only 09
