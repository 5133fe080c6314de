check --task-definition stock_shell.json
