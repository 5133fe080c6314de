check plain.yaml --task-role-policy not_action.json
check plain.yaml --task-role-policy not_action.json --fix --write
cat not_action.json
check plain.yaml --task-role-policy not_action.json --fix --write
