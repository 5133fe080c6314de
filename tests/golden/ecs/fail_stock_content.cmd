# several: a config in a variable
# The config stands in a variable's value.
check --task-definition stock_content.json
