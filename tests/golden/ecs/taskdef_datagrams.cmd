# Ports that take datagrams, in each format that says so.
taskdef statsd.yaml --image example/collector:1.0.0
taskdef statsd.yaml --format cdk --account 123456789012 --region us-east-1 --app example/orders:4.12.1 --image example/collector:1.0.0
taskdef statsd.yaml --format compose --account 123456789012 --region us-east-1 --app example/orders:4.12.1 --image example/collector:1.0.0
