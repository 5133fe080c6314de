# several: both sides of taking a role
check --cloudformation taken_by_tasks.yaml # only 14
check --cloudformation taken_by_tasks.yaml # only 09
