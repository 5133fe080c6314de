// SPDX-License-Identifier: Apache-2.0
// A span's attributes, each with what its name means to X-Ray.
#pragma once

#include "runtime/wire/attributes.h"

#include <stdint.h>
#include <vector>

namespace whittle::awsxray {

// Names that X-Ray documents have a place for, or that decide about one. Names that say the same share a value.
enum class Key : uint8_t {
  Other,
  // http
  HttpMethod,
  HttpClientIp,
  HttpUserAgent,
  HttpStatusCode,          // http.status_code
  HttpResponseStatusCode,  // http.response.status_code
  HttpUrl,
  HttpScheme,
  HttpHost,
  HttpTarget,
  HttpServerName,
  NetHostPort,
  HostName,
  NetHostName,
  NetPeerName,
  NetPeerPort,
  NetPeerIp,
  NetworkPeerAddress,
  ClientAddress,
  UrlPath,
  UrlQuery,
  ServerAddress,
  ServerPort,
  LastHttp = ServerPort,
  // cause
  HttpStatusText,
  // aws
  RpcMethod,
  AwsOperation,
  AwsAccountId,
  AwsRegion,
  AwsRequestId,
  AwsQueueUrl,
  AwsTableName,
  LastAws = AwsTableName,
  // sql
  DbConnectionString,
  DbSystem,
  DbName,
  DbStatement,
  DbUser,
  LastSql = DbUser,
  // these also stay where they are
  MessagingUrl,
  DynamoTableNames,
  AwsService,
  AwsLocalService,
  AwsRemoteService,
  AwsRemoteOperation,
  RemoteTarget,
  RemoteNamespace,
  AwsSpanKind,
  PeerService,
  RpcSystem,
  RpcService,
  MessageType,
  MessagePayloadSize,
  // these do not
  EnduserId,
  Annotations,
  InProgress,
  MetadataPrefix,  // "aws.xray.metadata." and something
  Count,
};

constexpr Text kMetadataPrefix = "aws.xray.metadata.";

Key classify(Text name);

struct SpanAttribute {
  Text name;
  Key key;
  views::AnyValue value;
};

// The attributes of the span at hand. Its memory is used again for the next span.
class SpanAttributes {
public:
  void fill(const Attributes& attributes);

  // The first attribute of that name, or null.
  const SpanAttribute* find(Key key) const {
    uint16_t at = first_[static_cast<size_t>(key)];
    return at ? &list_[at - 1] : nullptr;
  }
  bool has(Key key) const { return first_[static_cast<size_t>(key)] != 0; }
  Text string(Key key) const {
    const SpanAttribute* a = find(key);
    return a ? string_of(a->value) : Text();
  }

  // Takes the first of that name out; the last takes its place, as it does in the Collector, where of two names for one
  // thing the later counts.
  void remove(Key key);

  const SpanAttribute* begin() const { return list_.data(); }
  const SpanAttribute* end() const { return list_.data() + list_.size(); }
  bool empty() const { return list_.empty(); }

private:
  void index();

  std::vector<SpanAttribute> list_;
  uint16_t first_[static_cast<size_t>(Key::Count)] = {};  // index + 1
};
}  // namespace whittle::awsxray
