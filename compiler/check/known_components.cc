// SPDX-License-Identifier: Apache-2.0
#include "compiler/check/known_components.h"

namespace whittle::check {

namespace {

using schema::ComponentKind;

constexpr std::string_view kReceivers[] = {"active_directory_ds",
                                           "activedirectoryds",
                                           "aerospike",
                                           "apache",
                                           "apache_spark",
                                           "apachespark",
                                           "aws_cloudwatch",
                                           "awscloudwatch",
                                           "awsfirehose",
                                           "awslambda",
                                           "awss3",
                                           "azure_blob",
                                           "azure_event_hub",
                                           "azure_monitor",
                                           "azureblob",
                                           "azureeventhub",
                                           "azuremonitor",
                                           "carbon",
                                           "chrony",
                                           "cisco_os",
                                           "ciscoos",
                                           "cloud_foundry",
                                           "cloudflare",
                                           "cloudfoundry",
                                           "collectd",
                                           "couchdb",
                                           "datadog",
                                           "docker_stats",
                                           "elasticsearch",
                                           "envoyals",
                                           "expvar",
                                           "faro",
                                           "file_stats",
                                           "filestats",
                                           "flinkmetrics",
                                           "github",
                                           "gitlab",
                                           "googlecloudmonitoring",
                                           "googlecloudpubsub",
                                           "googlecloudspanner",
                                           "haproxy",
                                           "http_check",
                                           "httpcheck",
                                           "huaweicloudces",
                                           "icmpcheck",
                                           "iis",
                                           "influxdb",
                                           "journald",
                                           "k8s_cluster",
                                           "k8s_events",
                                           "k8s_objects",
                                           "k8slog",
                                           "k8sobjects",
                                           "kafka_metrics",
                                           "kafkametrics",
                                           "kubelet_stats",
                                           "kubeletstats",
                                           "libhoney",
                                           "libhoneyevent",
                                           "loki",
                                           "macosunifiedlogging",
                                           "memcached",
                                           "mongodb",
                                           "mongodb_atlas",
                                           "mongodbatlas",
                                           "mysql",
                                           "named_pipe",
                                           "namedpipe",
                                           "netflow",
                                           "nginx",
                                           "nop",
                                           "nsxt",
                                           "ntp",
                                           "oracledb",
                                           "osquery",
                                           "otelarrow",
                                           "otlpjsonfile",
                                           "podman_stats",
                                           "postgresql",
                                           "pprof",
                                           "prometheus_remote_write",
                                           "prometheus_simple",
                                           "prometheusremotewrite",
                                           "pulsar",
                                           "purefa",
                                           "purefb",
                                           "rabbitmq",
                                           "receiver_creator",
                                           "redfish",
                                           "redis",
                                           "riak",
                                           "saphana",
                                           "signalfx",
                                           "skywalking",
                                           "snmp",
                                           "snowflake",
                                           "solace",
                                           "splunk_enterprise",
                                           "splunk_hec",
                                           "splunkenterprise",
                                           "sqlquery",
                                           "sqlserver",
                                           "ssh_check",
                                           "sshcheck",
                                           "stef",
                                           "systemd",
                                           "tcp_check",
                                           "tcpcheck",
                                           "tls_check",
                                           "tlscheck",
                                           "vcenter",
                                           "vcr",
                                           "wavefront",
                                           "webhook_event",
                                           "webhookevent",
                                           "windows_event_log",
                                           "windows_service",
                                           "windowseventlog",
                                           "windowsperfcounters",
                                           "windowsservice",
                                           "yang_grpc",
                                           "yanggrpc",
                                           "zookeeper"};
constexpr std::string_view kProcessors[] = {"coralogix",
                                            "datadogsemantics",
                                            "deltatocumulative",
                                            "dns_lookup",
                                            "drain",
                                            "experimental_metricsgeneration",
                                            "gen_ai_normalizer",
                                            "genainormalizer",
                                            "geoip",
                                            "isolationforest",
                                            "logstransform",
                                            "lookup",
                                            "metric_start_time",
                                            "metrics_starttime",
                                            "metricstarttime",
                                            "remotetap",
                                            "schema",
                                            "sumologic",
                                            "unroll"};

constexpr std::string_view kExporters[] = {"alertmanager",
                                           "alibabacloud_logservice",
                                           "awskinesis",
                                           "azure_blob",
                                           "azure_data_explorer",
                                           "azure_monitor",
                                           "azureblob",
                                           "azuredataexplorer",
                                           "azuremonitor",
                                           "bmchelix",
                                           "cassandra",
                                           "clickhouse",
                                           "coralogix",
                                           "dataset",
                                           "doris",
                                           "elasticsearch",
                                           "faro",
                                           "google_cloud_storage",
                                           "googlecloud",
                                           "googlecloudpubsub",
                                           "googlecloudstorage",
                                           "googlemanagedprometheus",
                                           "honeycombmarker",
                                           "influxdb",
                                           "kinetica",
                                           "logicmonitor",
                                           "mezmo",
                                           "nop",
                                           "opensearch",
                                           "otelarrow",
                                           "pulsar",
                                           "rabbitmq",
                                           "sematext",
                                           "sentry",
                                           "splunk_hec",
                                           "stef",
                                           "sumologic",
                                           "syslog",
                                           "tencentcloud_logservice",
                                           "tinybird",
                                           "xray",
                                           "zipkin"};

constexpr std::string_view kExtensions[] = {"ack",
                                            "asapclient",
                                            "aws_logs_encoding",
                                            "awscloudwatchmetricstreams_encoding",
                                            "awslogs_encoding",
                                            "azure_auth",
                                            "azure_encoding",
                                            "azureauth",
                                            "cfgardenobserver",
                                            "cgroup_runtime",
                                            "cgroupruntime",
                                            "datadog",
                                            "db_storage",
                                            "docker_observer",
                                            "googleclientauth",
                                            "googlecloudlogentry_encoding",
                                            "health_check_v2",
                                            "healthcheckv2",
                                            "host_observer",
                                            "http_forwarder",
                                            "jaeger_encoding",
                                            "jaegerremotesampling",
                                            "json_log_encoding",
                                            "k8s_leader_elector",
                                            "k8s_observer",
                                            "kafka_topics_observer",
                                            "opamp",
                                            "otlp_encoding",
                                            "pebble_tail_storage",
                                            "redis_storage",
                                            "remotetap",
                                            "skywalking_encoding",
                                            "solarwindsapmsettings",
                                            "sumologic",
                                            "text_encoding",
                                            "zipkin_encoding"};

constexpr std::string_view kConnectors[] = {"datadog",  "exceptions", "grafanacloud",      "metricsaslogs",
                                            "otlpjson", "roundrobin", "signal_to_metrics", "signaltometrics",
                                            "slowsql",  "sum"};

// Read off the lists of components with which contrib's releases were built; 0.34 is the first of them, and 0 is for
// what went before.
constexpr Gone kGone[] = {
    {ComponentKind::Receiver, "bigip", 145, {}},
    {ComponentKind::Receiver, "dotnet_diagnostics", 74, {}},
    {ComponentKind::Receiver, "file", 94, "`otlpjsonfile` reads what the exporter `file` writes"},
    {ComponentKind::Receiver, "jmx", 153, "run the JMX scraper beside the collector, which sends OTLP"},
    {ComponentKind::Receiver, "opencensus", 131, "let the application send OTLP to `otlp`"},
    {ComponentKind::Receiver, "prometheus_exec", 53,
     "start the exporter as a container of its own, and scrape it with `prometheus`"},
    {ComponentKind::Receiver, "sapm", 132, "let the application send OTLP to `otlp`"},
    {ComponentKind::Processor, "queued_retry", 0, "take it out: exporters have `sending_queue` and `retry_on_failure`"},
    {ComponentKind::Processor, "routing", 119, "use the connector `routing`"},
    {ComponentKind::Processor, "servicegraph", 93, "use the connector `servicegraph`"},
    {ComponentKind::Processor, "spanmetrics", 95, "use the connector `spanmetrics`"},
    {ComponentKind::Processor, "datadog", 93, "use the connector `datadog`"},
    {ComponentKind::Exporter, "awsprometheusremotewrite", 56,
     "use `prometheusremotewrite` with `auth: {authenticator: sigv4auth}`"},
    {ComponentKind::Exporter, "carbon", 140, {}},
    {ComponentKind::Exporter, "dynatrace", 98, "Dynatrace takes OTLP: use `otlphttp`"},
    {ComponentKind::Exporter, "elastic", 56, "Elastic's APM server takes OTLP: use `otlp`"},
    {ComponentKind::Exporter, "honeycomb", 56, "Honeycomb takes OTLP: use `otlp`"},
    {ComponentKind::Exporter, "humio", 70, {}},
    {ComponentKind::Exporter, "instana", 109, "Instana takes OTLP: use `otlp`"},
    {ComponentKind::Exporter, "jaeger", 84, "Jaeger takes OTLP at port 4317: use `otlp`"},
    {ComponentKind::Exporter, "jaeger_thrift", 84, "Jaeger takes OTLP at port 4318: use `otlphttp`"},
    {ComponentKind::Exporter, "logging", 110, "use `debug`, with `verbosity: detailed` in place of `loglevel: debug`"},
    {ComponentKind::Exporter, "loki", 130, "Loki takes OTLP: use `otlphttp` with `endpoint: http://loki:3100/otlp`"},
    {ComponentKind::Exporter, "newrelic", 50, "New Relic takes OTLP: use `otlphttp`"},
    {ComponentKind::Exporter, "opencensus", 131, "use `otlp`"},
    {ComponentKind::Exporter, "parquet", 86, {}},
    {ComponentKind::Exporter, "sapm", 146, "Splunk takes OTLP: use `otlphttp`"},
    {ComponentKind::Exporter, "skywalking", 104, {}},
    {ComponentKind::Exporter, "stackdriver", 49, "use `googlecloud`"},
    {ComponentKind::Exporter, "tanzuobservability", 91, {}},
    {ComponentKind::Extension, "ecs_task_observer", 138, {}},
    {ComponentKind::Extension, "fluentbit", 53, "run Fluent Bit in a container of its own"},
    {ComponentKind::Extension, "memory_ballast", 107,
     "take it out, and set the variable `GOMEMLIMIT` to four fifths of the container's memory"},
};

// As upstream's release notes say; the older name is known further on.
constexpr Renamed kRenamed[] = {
    {ComponentKind::Receiver, "apache_spark", "apachespark", 154},
    {ComponentKind::Receiver, "aws_cloudwatch", "awscloudwatch", 156},
    {ComponentKind::Receiver, "azure_event_hub", "azureeventhub", 145},
    {ComponentKind::Receiver, "azure_monitor", "azuremonitor", 148},
    {ComponentKind::Receiver, "cisco_os", "ciscoos", 148},
    {ComponentKind::Receiver, "cloud_foundry", "cloudfoundry", 152},
    {ComponentKind::Receiver, "file_log", "filelog", 149},
    {ComponentKind::Receiver, "file_stats", "filestats", 151},
    {ComponentKind::Receiver, "fluent_forward", "fluentforward", 151},
    {ComponentKind::Receiver, "host_metrics", "hostmetrics", 151},
    {ComponentKind::Receiver, "http_check", "httpcheck", 150},
    {ComponentKind::Receiver, "k8s_objects", "k8sobjects", 151},
    {ComponentKind::Receiver, "kafka_metrics", "kafkametrics", 152},
    {ComponentKind::Receiver, "kubelet_stats", "kubeletstats", 152},
    {ComponentKind::Receiver, "mongodb_atlas", "mongodbatlas", 145},
    {ComponentKind::Receiver, "prometheus_remote_write", "prometheusremotewrite", 148},
    {ComponentKind::Receiver, "splunk_enterprise", "splunkenterprise", 155},
    {ComponentKind::Receiver, "ssh_check", "sshcheck", 151},
    {ComponentKind::Receiver, "tcp_check", "tcpcheck", 152},
    {ComponentKind::Receiver, "tcp_log", "tcplog", 150},
    {ComponentKind::Receiver, "tls_check", "tlscheck", 150},
    {ComponentKind::Receiver, "udp_log", "udplog", 150},
    {ComponentKind::Receiver, "windows_event_log", "windowseventlog", 150},
    {ComponentKind::Receiver, "windows_service", "windowsservice", 154},
    {ComponentKind::Receiver, "yang_grpc", "yanggrpc", 148},
    {ComponentKind::Processor, "cumulative_to_delta", "cumulativetodelta", 157},
    {ComponentKind::Processor, "k8s_attributes", "k8sattributes", 146},
    {ComponentKind::Processor, "metric_start_time", "metricstarttime", 148},
    {ComponentKind::Processor, "metrics_transform", "metricstransform", 152},
    {ComponentKind::Processor, "resource_detection", "resourcedetection", 153},
    {ComponentKind::Exporter, "google_cloud_storage", "googlecloudstorage", 148},
    {ComponentKind::Exporter, "load_balancing", "loadbalancing", 153},
    {ComponentKind::Exporter, "otlp_grpc", "otlp", 144},
    {ComponentKind::Exporter, "otlp_http", "otlphttp", 144},
    {ComponentKind::Exporter, "prometheus_remote_write", "prometheusremotewrite", 154},
    {ComponentKind::Connector, "span_metrics", "spanmetrics", 151},
};

constexpr std::string_view kSocket =
    "it asks the container runtime of the machine by its socket, which Fargate does not mount; "
    "`awsecscontainermetrics` reads what Fargate offers";
constexpr std::string_view kCluster = "it asks the API of a Kubernetes cluster, and a Fargate task of ECS is in none";
constexpr std::string_view kJournal =
    "it reads the machine's journal, which a container does not see; containers' logs come by `awsfirelens`";

// Those that look for the machine or the cluster around them.
struct NeedsHost {
  ComponentKind kind;
  std::string_view type, reason;
};
constexpr NeedsHost kNeedHost[] = {
    {ComponentKind::Receiver, "docker_stats", kSocket},
    {ComponentKind::Receiver, "podman_stats", kSocket},
    {ComponentKind::Receiver, "journald", kJournal},
    {ComponentKind::Receiver, "systemd", kJournal},
    {ComponentKind::Receiver, "k8s_cluster", kCluster},
    {ComponentKind::Receiver, "k8s_events", kCluster},
    {ComponentKind::Receiver, "k8s_objects", kCluster},
    {ComponentKind::Receiver, "k8sobjects", kCluster},
    {ComponentKind::Receiver, "kubelet_stats", kCluster},
    {ComponentKind::Receiver, "kubeletstats", kCluster},
    {ComponentKind::Extension, "docker_observer", kSocket},
    {ComponentKind::Extension, "k8s_observer", kCluster},
    {ComponentKind::Extension, "k8s_leader_elector", kCluster},
};

}  // namespace

std::string_view lacks_host(schema::ComponentKind kind, std::string_view type) {
  for (const NeedsHost& n : kNeedHost) {
    if (n.kind == kind && n.type == type) return n.reason;
  }
  return {};
}

const Renamed* renamed(schema::ComponentKind kind, std::string_view type) {
  for (const Renamed& r : kRenamed) {
    if (r.kind == kind && r.type == type) return &r;
  }
  return nullptr;
}

const Gone* gone_since(schema::ComponentKind kind, std::string_view type, uint16_t contrib) {
  for (const Gone& g : kGone) {
    if (g.kind == kind && g.type == type && g.last < contrib) return &g;
  }
  return nullptr;
}

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
