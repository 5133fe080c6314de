check --config collector.yaml --task-definition arn_parts.json
