check --config collector.yaml --task-definition launch_type.json
