# ECS counts capitals.
check --config collector.yaml --task-definition launch_type_small.json
