check --config collector.yaml --task-definition size_cpu.json
