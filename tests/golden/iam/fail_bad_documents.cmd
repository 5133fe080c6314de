# several: documents, one a command
check --task-role-policy no_version.json
check --task-role-policy old_version.json
check --task-role-policy new_version.json
check --task-role-policy list.json
check --task-role-policy no_statements.json
check --task-role-policy no_statement.json
check --task-role-policy text_statement.json
check --task-role-policy empty.json
check plain.yaml --task-role-policy not_json.json
