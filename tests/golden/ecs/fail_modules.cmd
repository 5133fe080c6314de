# several: modules within modules
# What `for`, splats, `count`, `for_each` and local modules come to.
check --terraform modules
check --terraform modules/main.tf # only 14
