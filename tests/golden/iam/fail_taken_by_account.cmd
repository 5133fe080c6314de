check --cloudformation taken_by_account.yaml # only 09
