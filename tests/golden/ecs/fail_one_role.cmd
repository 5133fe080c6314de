# One role for both.
check --cloudformation one_role.yaml # only 09
check --config traces.yaml --task-definition good.json --task-role-policy one_role.json --execution-role-policy one_role.json # only 09
