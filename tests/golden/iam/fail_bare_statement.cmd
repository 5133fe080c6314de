check collector.yaml --task-role-policy amp-statement.json # only 09
