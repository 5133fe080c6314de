check --config collector.yaml --task-definition processor.json --target x86_64
