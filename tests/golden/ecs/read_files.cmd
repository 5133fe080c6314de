# Files that others write: where they are not seen, and what becomes of them after a restart.
check read_files.yaml --task-definition read_files.json # only 14
check read_files.yaml --task-definition read_files_no_restart.json # only 14
check read_files.yaml # only 14
