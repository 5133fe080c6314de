check --cloudformation taken_on.yaml # only 09
