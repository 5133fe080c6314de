check --task-role-policy bad_conditions.json
