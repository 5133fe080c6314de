# several: a name that is wrong twice
check --config collector.yaml --task-definition named_wrong.json --container nobody
