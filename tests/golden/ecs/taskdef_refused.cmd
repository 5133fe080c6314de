# What ECS would refuse, or nobody would read.
taskdef late.yaml --cpu 20000
taskdef late.yaml --memory 200000
taskdef late.yaml --memory 3
taskdef late.yaml --name my.collector
taskdef late.yaml --image https://example.com/x
taskdef late.yaml --app Example/App
taskdef late.yaml --env ENDPIONT=x
# Five thousand units take a larger task.
taskdef collector.yaml --task --cpu 5000 --account 123456789012 --region us-east-1 --app example/app:1
