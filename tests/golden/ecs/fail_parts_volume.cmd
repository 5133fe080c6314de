check --config collector.yaml --task-definition parts_volume.json
