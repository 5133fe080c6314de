check --config files.yaml --task-definition files_mounted.json
