check --task-definition stock_files.json
