check --config collector.yaml --task-definition ec2_localhost.json
