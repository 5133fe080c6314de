check plain.yaml --task-role-policy wide.json
check plain.yaml --task-role-policy wide.json --fix
cat wide.json
check plain.yaml --task-role-policy wide.json --fix
