# several: versions, one a command
# OTTL has dialects: the version that is meant decides.
check ottl_versions.yaml # only 14
check ottl_versions.yaml # only 08
check ottl_versions.yaml --for contrib@0.158 # only 08
check ottl_versions.yaml --for contrib@v0.163.0 # only 14
check ottl_versions.yaml --for contrib@0.117 # only 14
check ottl_versions.yaml --for adot@0.43 # only 14
check ottl_newer.yaml # only 08
check ottl_newer.yaml --for contrib@0.157 # only 08
check ottl_newer.yaml --for contrib@0.160 # only 14
check ottl_newer.yaml --for contrib@0.163 # only 14
check ottl_newer.yaml --for adot@0.12
check ottl_newer.yaml --for contrib@new
check ottl_newer.yaml --for whittle@0.158
check ottl_newer.yaml --for otelcol
check ottl_newer.yaml
