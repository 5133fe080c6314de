check tagged.yaml --task-role-policy key_of_another_service.json # only 09
