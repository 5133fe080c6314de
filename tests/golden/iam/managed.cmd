check plain.yaml --task-role-policy arn:aws:iam::aws:policy/AWSXrayWriteOnlyAccess --task-role-policy arn:aws:iam::aws:policy/CloudWatchAgentServerPolicy
check plain.yaml --task-role-policy arn:aws:iam::aws:policy/AdministratorAccess --task-role-policy arn:aws:iam::aws:policy/SecretsManagerReadWrite
check plain.yaml --task-role-policy arn:aws:iam::123456789012:policy/telemetry
check plain.yaml --execution-role-policy arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy
check plain.yaml --task-role-policy arn:aws:iam::aws:policy/CloudWatchFullAccessV2
