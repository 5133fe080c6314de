# several: files that are something else, one a command
check --task-definition guide/task-role-policy.json
check --task-definition sidecar.yaml
check --cloudformation good.json
check --cloudformation no_task.yaml
check --terraform-plan good.json
check --terraform-plan no_task_plan.json
check --task-definition broken.json
check --task-definition unfilled.json
