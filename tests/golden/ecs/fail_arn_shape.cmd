check --config collector.yaml --task-definition arn_shape.json
