# several: a whole module, and modules that cannot be read
# Terraform without a plan.
check --terraform module/main.tf # only 13
check --terraform broken.tf
check --terraform broken_escape.tf
check --terraform-plan module/main.tf
check module/main.tf
check sidecar.yaml
check --terraform module
