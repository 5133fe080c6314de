check plain.yaml --task-role-policy wildcards.json
check plain.yaml --task-role-policy wildcards.json --fix --write
cat wildcards.json
check plain.yaml --task-role-policy wildcards.json --fix --write
