check --config files.yaml --task-definition fail_files_mounted_read_only.json
