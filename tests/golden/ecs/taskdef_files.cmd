# A volume for what the config writes.
taskdef files.yaml --image example/collector:1.0.0
taskdef files.yaml --format json --account 123456789012 --region us-east-1 --app example/orders:4.12.1 --image example/collector:1.0.0
taskdef files.yaml --format cloudformation --account 123456789012 --region us-east-1 --app example/orders:4.12.1 --image example/collector:1.0.0
taskdef files.yaml --format terraform --account 123456789012 --region us-east-1 --app example/orders:4.12.1 --image example/collector:1.0.0
taskdef files.yaml --format cdk --account 123456789012 --region us-east-1 --app example/orders:4.12.1 --image example/collector:1.0.0
taskdef files.yaml --format compose --account 123456789012 --region us-east-1 --app example/orders:4.12.1 --image example/collector:1.0.0
