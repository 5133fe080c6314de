check --config collector.yaml --task-definition hardening.json
