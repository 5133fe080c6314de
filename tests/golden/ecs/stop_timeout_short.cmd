check --config slow.yaml --task-definition stop_timeout_short.json
