check --task-role-policy bad_statement_values.json
