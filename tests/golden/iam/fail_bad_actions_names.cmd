check --task-role-policy bad_actions_names.json
