check plain.yaml --task-role-policy other_account.json
check plain.yaml --task-role-policy other_account.json --account 123456789012
