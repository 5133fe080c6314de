# Containers in files of the module.
check --terraform module_files
