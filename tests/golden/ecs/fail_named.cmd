check --config collector.yaml --task-definition named.json --container b
