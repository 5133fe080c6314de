# several: a task without roles
check --config collector.yaml --task-definition no_roles.json
