# several: mistakes that stay, one file a command
check --task-role-policy bad_elements.json --fix --write
cat bad_elements.json
check --task-role-policy no_version.json --fix --write
cat no_version.json
check --task-role-policy old_version.json --fix --write
cat old_version.json
check --task-role-policy bad_actions.json --fix --write
