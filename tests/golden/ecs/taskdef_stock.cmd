# What whittle does not compile runs in the published image.
taskdef stock.yaml --task --account 123456789012 --region us-east-1 --app example/app:1
taskdef collector.yaml --for adot --account 123456789012 --memory 256 --secret AOT_CONFIG_CONTENT=/orders/config
taskdef stock.yaml --format compose
taskdef collector.yaml --for adot --format cdk
taskdef stock_health.yaml --for adot
iam stock.yaml --role execution --account 123456789012
