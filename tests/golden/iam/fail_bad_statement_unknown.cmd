check --task-role-policy bad_statement_unknown.json
