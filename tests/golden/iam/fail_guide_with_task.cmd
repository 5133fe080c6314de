check collector.yaml --task-role-policy task-role-policy.json --execution-role-policy execution-role-policy.json --task-definition task-definition.json # only 09
