# No config is named: the one in the image counts.
check --task-definition stock_bundled.json
