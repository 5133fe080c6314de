check --task-role-policy bad_statement_misplaced.json
