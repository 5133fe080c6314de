check --task-role-policy bad_resources_arns.json
