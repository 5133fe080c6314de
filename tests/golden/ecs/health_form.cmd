check --config collector.yaml --task-definition health_form.json
