check --task-role-policy bad_actions.json
