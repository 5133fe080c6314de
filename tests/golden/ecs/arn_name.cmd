# The API takes the name of a task role too.
check --config collector.yaml --task-definition arn_name.json
