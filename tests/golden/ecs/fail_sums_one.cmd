check --config collector.yaml --task-definition sums_one.json
