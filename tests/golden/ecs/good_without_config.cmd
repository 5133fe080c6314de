check --task-definition good_without_config.json
