check tagged.yaml --task-role-policy variable_in_region.json # only 09
