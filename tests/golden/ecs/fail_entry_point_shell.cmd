check --task-definition entry_point_shell.json # only 14
