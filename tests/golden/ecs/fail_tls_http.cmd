# several: both ends of one connection
# The collector speaks TLS on the port, and the application does not.
check --config tls_collector.yaml --task-definition tls_http.json
