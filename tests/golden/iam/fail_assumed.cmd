check assumed.yaml --assumed-role-policy assumed_enough.json
check assumed.yaml --assumed-role-policy arn:aws:iam::210987654321:role/metrics=assumed_less.json
