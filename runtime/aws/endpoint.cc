// SPDX-License-Identifier: Apache-2.0
#include "runtime/aws/endpoint.h"

#include "runtime/base/writer.h"

#include <stdlib.h>
#include <strings.h>

namespace whittle {

Text environment(const char* name) {
  const char* value = getenv(name);
  return value ? Text(value) : Text();
}

const AwsPartition& aws_partition(Text region) {
  static constexpr AwsPartition kPartitions[] = {{"cn-", "aws-cn", "amazonaws.com.cn", "api.amazonwebservices.com.cn"},
                                                 {"us-gov-", "aws-us-gov", "amazonaws.com", "api.aws"},
                                                 {"us-iso-", "aws-iso", "c2s.ic.gov", ""},
                                                 {"us-isob-", "aws-iso-b", "sc2s.sgov.gov", ""},
                                                 {"us-isof-", "aws-iso-f", "csp.hci.ic.gov", ""},
                                                 {"eu-isoe-", "aws-iso-e", "cloud.adc-e.uk", ""},
                                                 {"eusc-", "aws-eusc", "amazonaws.eu", "api.amazonwebservices.eu"},
                                                 {"", "aws", "amazonaws.com", "api.aws"}};
  const AwsPartition* p = kPartitions;
  while (!region.starts_with(p->region_prefix)) ++p;  // the last one's prefix is empty
  return *p;
}

static bool asked_for(const char* name) {
  const char* value = getenv(name);
  return value != nullptr && strcasecmp(value, "true") == 0;
}

// As the services' endpoint rule sets have it, which differ in nothing but GovCloud's endpoints that are validated
// without the word.
static void append_own_endpoint(Writer& out, Text service, Text region) {
  const AwsPartition& partition = aws_partition(region);
  const bool dual = !partition.dual_stack_suffix.empty() && asked_for("AWS_USE_DUALSTACK_ENDPOINT");
  const bool plain = !dual && partition.name == "aws-us-gov" && (service == "logs" || service == "sts");
  out.append(Text("https://"));
  out.append(service);
  if (!plain && asked_for("AWS_USE_FIPS_ENDPOINT")) out.append(Text("-fips"));
  for (Text part : {Text("."), region, Text("."), dual ? partition.dual_stack_suffix : partition.dns_suffix})
    out.append(part);
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
    append_own_endpoint(made, service, region);
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
