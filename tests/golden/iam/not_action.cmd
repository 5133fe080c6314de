check plain.yaml --task-role-policy not_action.json
check plain.yaml --task-role-policy not_action.json --fix
cat not_action.json
check plain.yaml --task-role-policy not_action.json --fix
