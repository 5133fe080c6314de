# The guide's config: what is printed, and that it passes.
taskdef guide/collector.yaml --image example/collector:1.0.0
taskdef guide/collector.yaml --task --account 123456789012 --region us-east-1 --app example/orders:4.12.1 --image example/collector:1.0.0
