# several: a whole policy, and its mending
check --task-role-trust trust_malformed.json
check --task-role-trust trust_malformed.json --fix --write
