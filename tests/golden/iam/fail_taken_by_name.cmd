# The role that `role_arn` names stands in the template by its name; it may not create the group.
check --cloudformation taken_by_name.yaml # only 09
check --cloudformation taken_by_name.yaml # only 14
