check --config collector.yaml --task-definition arn_kind.json
