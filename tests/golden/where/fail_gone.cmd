# What older releases had is an error only where none of them is meant.
check gone.yaml --for contrib@0.110
check gone.yaml --for contrib@0.111
