# several: files of one module
# Containers in files of the module.
check --terraform module_files
