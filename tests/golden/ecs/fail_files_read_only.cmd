check --config files.yaml --task-definition fail_files_read_only.json
