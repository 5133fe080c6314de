check --config collector.yaml --container x
check --config collector.yaml --task-definition nowhere.json
taskdef
taskdef collector.yaml --env NAME
taskdef collector.yaml --cpu many
taskdef --help
check --help
