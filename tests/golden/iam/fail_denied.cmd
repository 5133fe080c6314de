check plain.yaml --task-role-policy enough.json --task-role-policy deny.json
