# several: versions, one a command
# What came between 0.80 and now: functions, arguments, paths, contexts and forms.
check ottl_old.yaml
check ottl_old.yaml --for contrib@0.156 # only 14
check ottl_old.yaml --for contrib@0.158 # only 14
check ottl_old.yaml --for contrib@0.121 # only 14
check ottl_old.yaml --for adot@0.31 # only 14
