# What a module's own secrets and parameters are called on.
check --terraform module_secrets # only 09
