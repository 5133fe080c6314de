check --execution-role-trust trust_good.json --account 210987654321 --region us-east-1
check --execution-role-trust trust_good.json --account 123456789012 --region eu-west-1
check --execution-role-trust trust_condition.json
check --execution-role-trust trust_denied.json
check --execution-role-trust trust_action.json
