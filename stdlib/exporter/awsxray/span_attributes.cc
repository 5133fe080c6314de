// SPDX-License-Identifier: Apache-2.0
// Names are told apart by their length first; few of one length are known.
#include "stdlib/exporter/awsxray/span_attributes.h"

#include <string.h>

namespace whittle::awsxray {

Key classify(Text name) {
#define IS(literal, key)                                                                                               \
  if (memcmp(p, literal, sizeof(literal) - 1) == 0) return Key::key
  const char* p = name.data();
  if (name.size() < 7) return Key::Other;
  switch (name.size()) {
  case 7:
    IS("db.name", DbName);
    IS("db.user", DbUser);
    break;
  case 8:
    IS("http.url", HttpUrl);
    IS("url.full", HttpUrl);
    IS("url.path", UrlPath);
    break;
  case 9:
    IS("http.host", HttpHost);
    IS("url.query", UrlQuery);
    IS("db.system", DbSystem);
    IS("host.name", HostName);
    break;
  case 10:
    IS("url.scheme", HttpScheme);
    IS("rpc.method", RpcMethod);
    IS("rpc.system", RpcSystem);
    IS("aws.region", AwsRegion);
    IS("enduser.id", EnduserId);
    break;
  case 11:
    IS("http.method", HttpMethod);
    IS("http.scheme", HttpScheme);
    IS("http.target", HttpTarget);
    IS("net.peer.ip", NetPeerIp);
    IS("server.port", ServerPort);
    IS("rpc.service", RpcService);
    IS("aws.service", AwsService);
    break;
  case 12:
    IS("db.statement", DbStatement);
    IS("peer.service", PeerService);
    IS("message.type", MessageType);
    IS("remoteTarget", RemoteTarget);
    break;
  case 13:
    IS("net.host.port", NetHostPort);
    IS("net.host.name", NetHostName);
    IS("net.peer.name", NetPeerName);
    IS("net.peer.port", NetPeerPort);
    IS("aws.operation", AwsOperation);
    IS("aws.requestId", AwsRequestId);
    IS("aws.queue_url", AwsQueueUrl);
    IS("aws.queue.url", AwsQueueUrl);
    IS("messaging.url", MessagingUrl);
    IS("aws.span.kind", AwsSpanKind);
    break;
  case 14:
    IS("http.client_ip", HttpClientIp);
    IS("client.address", ClientAddress);
    IS("server.address", ServerAddress);
    IS("aws.account_id", AwsAccountId);
    IS("aws.request_id", AwsRequestId);
    IS("aws.table_name", AwsTableName);
    IS("aws.table.name", AwsTableName);
    break;
  case 15: IS("http.user_agent", HttpUserAgent); break;
  case 16:
    IS("http.status_code", HttpStatusCode);
    IS("http.server_name", HttpServerName);
    IS("http.status_text", HttpStatusText);
    break;
  case 17: IS("aws.local.service", AwsLocalService); break;
  case 18: IS("aws.remote.service", AwsRemoteService); break;
  case 19:
    IS("http.request.method", HttpMethod);
    IS("user_agent.original", HttpUserAgent);
    IS("K8s.RemoteNamespace", RemoteNamespace);
    IS("aws.xray.inprogress", InProgress);
    break;
  case 20:
    IS("network.peer.address", NetworkPeerAddress);
    IS("db.connection_string", DbConnectionString);
    IS("aws.remote.operation", AwsRemoteOperation);
    IS("aws.xray.annotations", Annotations);
    break;
  case 24: IS("aws.dynamodb.table_names", DynamoTableNames); break;
  case 25: IS("http.response.status_code", HttpResponseStatusCode); break;
  case 36: IS("messaging.message_payload_size_bytes", MessagePayloadSize); break;
  }
#undef IS
  return name.starts_with(kMetadataPrefix) ? Key::MetadataPrefix : Key::Other;
}

void SpanAttributes::fill(const Attributes& attributes) {
  list_.clear();
  memset(first_, 0, sizeof first_);
  list_.reserve(attributes.size());
  for (views::KeyValue kv : attributes) {
    Key key = classify(kv.key);
    list_.push_back({kv.key, key, kv.value.get()});
    uint16_t& first = first_[static_cast<size_t>(key)];
    if (first == 0 && list_.size() <= UINT16_MAX) first = static_cast<uint16_t>(list_.size());
  }
}

void SpanAttributes::remove(Key key) {
  const SpanAttribute* a = find(key);
  if (!a) return;
  list_[static_cast<size_t>(a - list_.data())] = list_.back();
  list_.pop_back();
  index();
}

void SpanAttributes::index() {
  memset(first_, 0, sizeof first_);
  for (size_t i = list_.size() < UINT16_MAX ? list_.size() : UINT16_MAX; i-- > 0;)
    first_[static_cast<size_t>(list_[i].key)] = static_cast<uint16_t>(i + 1);
}

}  // namespace whittle::awsxray
