check --task-role-policy bad_statement_missing.json
