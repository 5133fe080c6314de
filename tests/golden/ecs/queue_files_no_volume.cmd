check --config queue_files.yaml --task-definition files_no_volume.json
