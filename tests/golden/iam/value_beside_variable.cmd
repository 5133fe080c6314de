check tagged.yaml --task-role-policy value_beside_variable.json # only 09
