// SPDX-License-Identifier: Apache-2.0
#include "compiler/check/known_components.h"

namespace whittle::check {

namespace {

constexpr std::string_view kReceivers[] = {
    "active_directory_ds", "activedirectoryds", "aerospike", "apache", "apachespark", "awscloudwatch", "awscontainerinsightreceiver", "awsfirehose", "awslambda",
    "awss3", "awsxray", "azure_blob", "azure_event_hub", "azure_monitor", "azureblob", "azureeventhub", "azuremonitor", "bigip", "carbon", "chrony",
    "cloudflare", "cloudfoundry", "collectd", "couchdb", "datadog", "docker_stats", "elasticsearch", "envoyals", "expvar", "faro", "file", "file_log",
    "file_stats", "filelog", "filestats", "flinkmetrics", "fluent_forward", "fluentforward", "github", "gitlab", "googlecloudmonitoring", "googlecloudpubsub",
    "googlecloudspanner", "haproxy", "host_metrics", "hostmetrics", "http_check", "httpcheck", "huaweicloudces", "icmpcheck", "iis", "influxdb", "jaeger",
    "jmx", "journald", "k8s_cluster", "k8s_events", "k8slog", "k8sobjects", "kafka", "kafkametrics", "kubeletstats", "libhoneyevent", "loki", "memcached",
    "mongodb", "mongodbatlas", "mysql", "named_pipe", "namedpipe", "netflow", "nginx", "nop", "nsxt", "ntp", "opencensus", "oracledb", "osquery", "otelarrow",
    "otlpjsonfile", "podman_stats", "postgresql", "pprof", "prometheus", "prometheus_remote_write", "prometheusremotewrite", "pulsar", "purefa", "purefb",
    "rabbitmq", "receiver_creator", "redfish", "redis", "riak", "saphana", "signalfx", "simpleprometheus", "skywalking", "snmp", "snowflake", "solace",
    "splunk_hec", "splunkenterprise", "sqlquery", "sqlserver", "sshcheck", "statsd", "stef", "syslog", "systemd", "tcp_check", "tcp_log", "tcpcheck",
    "tcplog", "tlscheck", "udp_log", "udplog", "vcenter", "vcr", "wavefront", "webhookevent", "windows_event_log", "windowseventlog",
    "windowsperfcounters", "windowsservice", "yanggrpc", "zipkin", "zookeeper"};

constexpr std::string_view kProcessors[] = {
    "attributes", "coralogix", "cumulativetodelta", "datadogsemantics", "deltatocumulative", "deltatorate", "dns_lookup", "experimental_metricsgeneration",
    "geoip", "groupbyattrs", "groupbytrace", "interval", "isolationforest", "k8s_attributes", "k8sattributes", "log_dedup", "logdedup", "logstransform", "lookup",
    "memory_limiter", "metrics_starttime", "metricsgeneration", "metricstarttime", "metricstransform", "probabilistic_sampler", "redaction", "remotetap",
    "resource", "resource_detection", "resourcedetection", "routing", "schema", "span", "spanmetrics", "sumologic", "tail_sampling", "transform", "unroll"};

constexpr std::string_view kExporters[] = {
    "alertmanager", "alibabacloud_logservice", "awscloudwatchlogs", "awskinesis", "awss3", "azure_blob", "azure_data_explorer", "azure_monitor", "azureblob",
    "azuredataexplorer", "azuremonitor", "bmchelix", "carbon", "cassandra", "clickhouse", "coralogix", "datadog", "dataset", "doris", "elasticsearch", "faro",
    "file", "google_cloud_storage", "googlecloud", "googlecloudpubsub", "googlecloudstorage", "googlemanagedprometheus", "honeycombmarker", "influxdb", "kafka",
    "kinetica", "load_balancing", "loadbalancing", "logging", "logicmonitor", "logzio", "loki", "mezmo", "nop", "opencensus", "opensearch", "otelarrow", "otlp",
    "otlp_grpc", "prometheus", "prometheus_remote_write", "prometheusremotewrite", "pulsar", "rabbitmq", "sapm", "sematext", "sentry", "signalfx", "skywalking",
    "splunk_hec", "stef", "sumologic", "syslog", "tencentcloud_logservice", "tinybird", "xray", "zipkin"};

constexpr std::string_view kExtensions[] = {
    "ack", "asapclient", "aws_logs_encoding", "awscloudwatchmetricstreams_encoding", "awslogs_encoding", "awsproxy", "azure_auth", "azureauth",
    "basicauth", "bearertokenauth", "cfgardenobserver", "cgroup_runtime", "cgroupruntime", "datadog", "db_storage", "docker_observer", "ecs_observer",
    "ecs_task_observer", "file_storage", "googleclientauth", "headers_setter", "health_check_v2", "healthcheckv2", "host_observer", "http_forwarder",
    "jaeger_encoding", "jaegerremotesampling", "json_log_encoding", "k8s_leader_elector", "k8s_observer", "kafka_topics_observer", "memory_ballast",
    "memory_limiter", "oauth2client", "oidc", "opamp", "otlp_encoding", "pprof", "redis_storage", "remotetap", "sigv4auth", "skywalking_encoding",
    "solarwindsapmsettings", "sumologic", "text_encoding", "zipkin_encoding", "zpages"};

constexpr std::string_view kConnectors[] = {"count",     "datadog",         "exceptions", "failover",   "forward",      "grafanacloud", "metricsaslogs", "otlpjson",
                                            "roundrobin", "routing",         "servicegraph", "signaltometrics", "slowsql",    "span_metrics", "spanmetrics",   "sum"};

}  // namespace

std::span<const std::string_view> known_elsewhere(schema::ComponentKind kind) {
  switch (kind) {
  case schema::ComponentKind::Receiver: return kReceivers;
  case schema::ComponentKind::Processor: return kProcessors;
  case schema::ComponentKind::Exporter: return kExporters;
  case schema::ComponentKind::Extension: return kExtensions;
  case schema::ComponentKind::Connector: return kConnectors;
  }
  return {};
}

}  // namespace whittle::check
