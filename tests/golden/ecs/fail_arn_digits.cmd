check --config collector.yaml --task-definition arn_digits.json
