check --config collector.yaml --task-definition environment_twice.json
