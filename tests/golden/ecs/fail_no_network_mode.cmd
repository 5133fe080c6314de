# several: a task without settings
check --config collector.yaml --task-definition no_network_mode.json
