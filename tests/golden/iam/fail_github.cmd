check plain.yaml --task-role-policy role.json --format github
