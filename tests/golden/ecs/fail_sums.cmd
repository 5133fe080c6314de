check --config collector.yaml --task-definition sums.json
