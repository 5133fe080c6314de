# Names of components by version.
check names.yaml --for contrib@0.157 # only 14
check names.yaml --for contrib@0.156 # only 14
check names.yaml --for contrib@0.140 # only 14
