check tagged.yaml --task-role-policy denied_beside_variable.json # only 09
