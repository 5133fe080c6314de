check --task-role-policy bad_resources_values.json
