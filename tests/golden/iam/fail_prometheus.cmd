check prometheus.yaml --task-role-policy amp-statement.json --task-role-policy task-role-policy.json # only 09
