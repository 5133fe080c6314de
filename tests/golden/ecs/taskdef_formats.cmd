taskdef collector.yaml --format terraform --account 123456789012 --region us-east-1 --app example/orders:4.12.1 --image example/collector:1.0.0
taskdef collector.yaml --format cloudformation --account 123456789012 --region us-east-1 --app example/orders:4.12.1 --image example/collector:1.0.0
taskdef collector.yaml --format cdk --account 123456789012 --region us-east-1 --app example/orders:4.12.1 --image example/collector:1.0.0
taskdef collector.yaml --format compose --account 123456789012 --region us-east-1 --app example/orders:4.12.1 --image example/collector:1.0.0
taskdef collector.yaml --format terraform --task --region us-east-1 --image example/collector:1.0.0
