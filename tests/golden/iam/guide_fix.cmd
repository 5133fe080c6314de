check collector.yaml --task-role-policy task-role-policy.json --execution-role-policy execution-role-policy.json --fix --write # only 09
cat task-role-policy.json
cat execution-role-policy.json
check collector.yaml --task-role-policy task-role-policy.json --execution-role-policy execution-role-policy.json --fix --write # only 09
