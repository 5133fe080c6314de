# What only tasks and roles have is not called unneeded where none are checked; what a config has is.
check allow_undeployed.yaml
