taskdef late.yaml --image example/collector:1.0.0
taskdef late.yaml --env ENDPOINT=https://x.example.com --secret API_TOKEN=arn:aws:secretsmanager:us-east-1:123456789012:secret:x-AbCdEf --image example/collector:2 --name otel --log-group /ecs/x --cpu 64 --memory 16 --target aarch64 --task --app example/app:1 --account 123456789012 --region eu-west-1
taskdef late.yaml --format cloudformation --image example/collector:1.0.0
taskdef late.yaml --format cdk --image example/collector:1.0.0
taskdef late.yaml --format compose --image example/collector:1.0.0
taskdef late.yaml --format terraform --image example/collector:1.0.0
