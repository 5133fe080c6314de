# several: a whole template
check --config collector.yaml --cloudformation sidecar.yaml --account 123456789012 --region us-east-1
