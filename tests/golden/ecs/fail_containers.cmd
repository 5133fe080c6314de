# several: containers without a task
# A list of container definitions alone.
check --task-definition containers.json
