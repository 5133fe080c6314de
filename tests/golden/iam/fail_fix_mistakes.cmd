check --task-role-policy bad_elements.json --fix
cat bad_elements.json
check --task-role-policy no_version.json --fix
cat no_version.json
check --task-role-policy old_version.json --fix
cat old_version.json
check --task-role-policy bad_actions.json --fix
