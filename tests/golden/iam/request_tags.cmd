check tagged.yaml --task-role-policy request_tags.json # only 09
