check --config collector.yaml --task-definition processor_by_default.json --target aarch64
