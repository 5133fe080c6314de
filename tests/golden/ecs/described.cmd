# As describe-task-definition prints it.
check --config collector.yaml --task-definition described.json
