check two_configs_metrics.yaml two_configs_logs.yaml --task-role-policy two_configs_policy.json # only 09
