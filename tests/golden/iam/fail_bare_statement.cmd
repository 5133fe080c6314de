# several: no policy, so nothing is allowed
check collector.yaml --task-role-policy amp-statement.json # only 09
