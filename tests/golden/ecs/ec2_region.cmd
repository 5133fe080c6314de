check --config region.yaml --task-definition ec2.json
check --config region.yaml --task-definition good.json
