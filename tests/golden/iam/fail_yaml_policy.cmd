check plain.yaml --task-role-policy policy.yaml
