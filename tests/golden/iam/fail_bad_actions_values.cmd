check --task-role-policy bad_actions_values.json
