# several: a whole plan
check --config collector.yaml --terraform-plan plan.json --target x86_64 --for whittle
