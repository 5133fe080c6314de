iam
iam plain.yaml --account 123
iam plain.yaml --region nowhere
iam diff plain.yaml
iam diff plain.yaml full.yaml --format terraform
iam plain.yaml --secret TOKEN
iam plain.yaml --format text
iam nothing.yaml
check plain.yaml full.yaml --task-definition task-definition.json
check plain.yaml --fix --write
check plain.yaml --task-role-policy nothing.json
check plain.yaml --task-role-policy enough.json --execution-role-policy enough.json --fix --write
