# The files of a published guide, as they are.
check --config guide/collector.yaml --task-definition guide/task-definition.json --task-role-policy guide/task-role-policy.json --execution-role-policy guide/execution-role-policy.json
