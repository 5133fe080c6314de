check --task-role-policy bad_statement.json
