# several: what a policy lacks and what its boundary denies
check plain.yaml --task-role-policy enough.json --boundary boundary.json
