# The task role is not known, so that whether it is meant cannot be told.
check assumed.yaml --assumed-role-trust taken_trust_task.json # only 14
# Known from the task definition, it is.
check assumed.yaml --task-definition taken_task.json --assumed-role-trust taken_trust_task.json # only 14
check assumed.yaml --task-definition taken_task.json --assumed-role-trust taken_trust_everybody.json # only 09
check assumed.yaml --account 123456789012 --task-definition taken_task.json --assumed-role-trust taken_trust_other.json # only 14
check assumed.yaml --task-definition taken_task.json --assumed-role-trust arn:aws:iam::210987654321:role/metrics=taken_trust_denied.json # only 14
