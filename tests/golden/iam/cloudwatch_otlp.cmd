# The example of CloudWatch's own OTLP endpoints, with its roles and its task.
iam ../../../examples/cloudwatch-otlp/collector.yaml --account 123456789012
check ../../../examples/cloudwatch-otlp/collector.yaml --task-role-policy ../../../examples/cloudwatch-otlp/task-role-policy.json --task-definition ../../../examples/cloudwatch-otlp/task-definition.json --execution-role-policy ../../../examples/cloudwatch-otlp/execution-role-policy.json
