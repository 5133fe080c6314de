check --config files.yaml --task-definition files_no_volume.json
