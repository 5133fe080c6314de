check tagged.yaml --task-role-policy key_of_another_service_negated.json # only 09
