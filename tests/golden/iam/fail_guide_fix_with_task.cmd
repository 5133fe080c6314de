check collector.yaml --execution-role-policy execution-role-policy.json --task-definition task-definition.json --fix --write # only 09
cat execution-role-policy.json
check collector.yaml --execution-role-policy execution-role-policy.json --task-definition task-definition.json --fix --write # only 09
