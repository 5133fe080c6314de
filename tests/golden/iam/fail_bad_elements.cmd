check --task-role-policy bad_elements.json
