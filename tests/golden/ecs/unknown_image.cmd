# Neither whittle's nor a published one: nothing is said of what it holds.
check --config collector.yaml --task-definition unknown_image.json --container collector
