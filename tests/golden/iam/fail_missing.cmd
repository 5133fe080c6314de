check plain.yaml --task-role-policy retention.json
