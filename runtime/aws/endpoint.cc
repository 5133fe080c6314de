// SPDX-License-Identifier: Apache-2.0
#include "runtime/aws/endpoint.h"

#include "runtime/base/writer.h"

#include <stdlib.h>

namespace whittle {

Text environment(const char* name) {
  const char* value = getenv(name);
  return value ? Text(value) : Text();
}

const AwsPartition& aws_partition(Text region) {
  static constexpr AwsPartition kPartitions[] = {
      {"cn-", "aws-cn", "amazonaws.com.cn"},       {"us-gov-", "aws-us-gov", "amazonaws.com"},
      {"us-iso-", "aws-iso", "c2s.ic.gov"},        {"us-isob-", "aws-iso-b", "sc2s.sgov.gov"},
      {"us-isof-", "aws-iso-f", "csp.hci.ic.gov"}, {"eu-isoe-", "aws-iso-e", "cloud.adc-e.uk"},
      {"eusc-", "aws-eusc", "amazonaws.eu"},       {"", "aws", "amazonaws.com"}};
  const AwsPartition* p = kPartitions;
  while (!region.starts_with(p->region_prefix)) ++p;  // the last one's prefix is empty
  return *p;
}

AwsEndpoint aws_endpoint(Text given, Text service, Text service_id, Text region, Arena& arena) {
  Text url = given;
  if (url.empty()) {
    Writer name;
    name.append(Text("AWS_ENDPOINT_URL_"));
    name.append(service_id);
    name.byte(0);
    url = environment(name.text().data());
  }
  if (url.empty()) url = environment("AWS_ENDPOINT_URL");
  Writer made;
  if (url.empty()) {
    for (Text part : {Text("https://"), service, Text("."), region, Text("."), aws_partition(region).dns_suffix})
      made.append(part);
  } else {
    if (url.find("://") == Text::npos) made.append(Text("https://"));
    made.append(url);
  }
  while (made.text().ends_with('/')) made.truncate(made.size() - 1);
  AwsEndpoint out;
  out.url = arena.copy(made.text());
  bool tls = out.url.starts_with("https://");
  Text rest = out.url;
  if (size_t scheme = rest.find("://"); scheme != Text::npos) rest.remove_prefix(scheme + 3);
  size_t slash = rest.find('/');
  out.host = rest.substr(0, slash);
  out.prefix = slash == Text::npos ? Text() : rest.substr(slash);
  Text own_port = tls ? ":443" : ":80";
  if (out.host.ends_with(own_port)) out.host.remove_suffix(own_port.size());
  return out;
}

}  // namespace whittle
