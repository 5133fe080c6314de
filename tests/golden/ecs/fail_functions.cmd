# several: functions beside each other
# What functions of lists and texts come to.
check --terraform functions.tf
