# Addresses that are not of the modules that they stand in lead nowhere.
check --terraform-plan plan_short_address.json
