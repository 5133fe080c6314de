# On EC2 what holds for Fargate does not.
check --config collector.yaml --task-definition ec2.json
