check --config slow.yaml --task-definition stop_timeout.json
