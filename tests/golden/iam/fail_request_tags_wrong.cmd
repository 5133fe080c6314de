check tagged.yaml --task-role-policy request_tags_wrong.json # only 09
