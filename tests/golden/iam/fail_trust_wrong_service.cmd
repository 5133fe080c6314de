# several: services, one a command
check --task-role-trust trust_ecs_amazonaws_com.json
check --task-role-trust trust_ec2_amazonaws_com.json
check --task-role-trust trust_lambda_amazonaws_com.json
check --task-role-trust trust_ecs_tasks.json
