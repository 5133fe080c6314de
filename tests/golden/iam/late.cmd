check late.yaml --task-role-policy late.json
check late.yaml --task-role-policy late.json --region us-east-1
