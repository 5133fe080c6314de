# What components that are checked alone call AWS for.
iam stock_needs.yaml --role task --account 123456789012
check stock_needs.yaml --task-role-policy stock_needs.json --account 123456789012 # only 09
