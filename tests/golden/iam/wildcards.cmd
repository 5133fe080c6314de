check plain.yaml --task-role-policy wildcards.json
check plain.yaml --task-role-policy wildcards.json --fix
cat wildcards.json
check plain.yaml --task-role-policy wildcards.json --fix
