init
init --signals traces --protocol grpc --region eu-west-1 --service orders --xray --statsd
init --task-definition task.json --statsd
init --task-definition init_signals.json
init --signals spans
init --help
