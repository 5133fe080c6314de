check two_configs_metrics.yaml --task-role-policy vpc_endpoint.json # only 09
