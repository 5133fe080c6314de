check --task-definition sdk_values.json # only 14
