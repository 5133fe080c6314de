check plain.yaml --task-role-policy wrong_group.json
