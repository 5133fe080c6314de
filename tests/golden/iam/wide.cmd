check plain.yaml --task-role-policy wide.json
check plain.yaml --task-role-policy wide.json --fix --write
cat wide.json
check plain.yaml --task-role-policy wide.json --fix --write
