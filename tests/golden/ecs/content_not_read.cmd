# several: images, each with what it does not read
check --task-definition content_and_argument.json # only 14
check --task-definition content_elsewhere.json # only 14
