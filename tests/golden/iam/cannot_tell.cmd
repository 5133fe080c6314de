check plain.yaml --task-role-policy conditions.json
check plain.yaml --task-role-policy conditions.json --account 123456789012
