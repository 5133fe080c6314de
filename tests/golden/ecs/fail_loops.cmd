# several: what a template holds, told once for tasks that one loop makes
check --cloudformation loops.yaml
