check --task-role-policy bad_resources.json
