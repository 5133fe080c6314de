check --config collector.yaml --task-definition no_collector.json
