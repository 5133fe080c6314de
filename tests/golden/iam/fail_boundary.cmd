check plain.yaml --task-role-policy enough.json --boundary boundary.json
