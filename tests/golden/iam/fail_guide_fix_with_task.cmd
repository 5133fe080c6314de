check collector.yaml --execution-role-policy execution-role-policy.json --task-definition task-definition.json --fix
cat execution-role-policy.json
check collector.yaml --execution-role-policy execution-role-policy.json --task-definition task-definition.json --fix
