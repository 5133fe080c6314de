check --task-role-trust trust_good.json --account 123456789012 --region us-east-1
check --task-role-trust trust_good.json
check --task-role-trust trust_everybody.json
