# several: a whole task of the stock collector
check --task-definition stock_files.json
