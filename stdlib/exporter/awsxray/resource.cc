// SPDX-License-Identifier: Apache-2.0
// What documents say of the resource: where the service runs, its version, its log groups, and its attributes.
#include "stdlib/exporter/awsxray/segment.h"

namespace whittle::awsxray {

bool is_scalar(const views::AnyValue& v) {
  switch (v.value_case) {
  case ValueCase::StringValue:
  case ValueCase::BoolValue:
  case ValueCase::IntValue:
  case ValueCase::DoubleValue: return true;
  default: return false;
  }
}

bool is_listed(const List<Str>& list, Text name) {
  for (const Str& s : list)
    if (view(s) == name) return true;
  return false;
}

bool is_listed(const List<Str>& list, Text prefix, Text name) {
  for (const Str& s : list)
    if (s.size == prefix.size() + name.size() && view(s).starts_with(prefix) && view(s).ends_with(name)) return true;
  return false;
}

void write_annotation_name(Writer& out, Text name) {
  for (char c : name) {
    if ((c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || c == '.')
      out.byte(static_cast<uint8_t>(c));
    else if ((static_cast<uint8_t>(c) & 0xC0) != 0x80) out.byte('_');  // one for each character
  }
}

static Text origin_of(const Attributes& attributes) {
  if (auto provider = find_attribute(attributes, "cloud.provider"); provider && string_of(*provider) != "aws")
    return {};
  auto platform = find_attribute(attributes, "cloud.platform");
  if (!platform) return {};
  Text p = string_of(*platform);
  if (p == "aws_app_runner") return "AWS::AppRunner::Service";
  if (p == "aws_eks") return "AWS::EKS::Container";
  if (p == "aws_elastic_beanstalk") return "AWS::ElasticBeanstalk::Environment";
  if (p == "aws_ec2") return "AWS::EC2::Instance";
  if (p != "aws_ecs") return {};
  auto launch = find_attribute(attributes, "aws.ecs.launchtype");
  if (launch && string_of(*launch) == "ec2") return "AWS::ECS::EC2";
  if (launch && string_of(*launch) == "fargate") return "AWS::ECS::Fargate";
  return "AWS::ECS::Container";
}

void ResourceParts::fill(const views::Resource& resource, const Options& options) {
  attributes = resource.attributes;
  head_.clear(), metadata_.clear(), annotations_.clear(), aws_.clear();

  auto name = find_attribute(attributes, "service.name");
  has_service_name = name.has_value();
  service_name = name ? string_of(*name) : Text();
  auto sdk_language = find_attribute(attributes, "telemetry.sdk.language");
  language = sdk_language ? string_of(*sdk_language) : Text();

  NestedJson head(head_);
  member<"'origin':">(head, origin_of(attributes));
  auto version = find_attribute(attributes, "service.version");
  if (!version) {
    if (auto tags = find_attribute(attributes, "container.image.tags");
        tags && tags->value_case == ValueCase::ArrayValue)
      for (views::AnyValue tag : views::ArrayValue(tags->array_value).values) {
        version = tag;
        break;
      }
    if (!version) version = find_attribute(attributes, "container.image.tag");
  }
  if (version) {
    head.put<"'service':{">();
    member<"'version':">(head, string_of(*version));
    head.close('}');
    head.comma();
  }

  fill_aws(options);

  NestedJson metadata(metadata_), annotations(annotations_);
  for (views::KeyValue kv : attributes) {
    views::AnyValue value = kv.value.get();
    bool indexed = options.index_all_attributes || is_listed(options.indexed_attributes, kResourcePrefix, kv.key);
    if (indexed && is_scalar(value)) {
      annotations.put<"'otel.resource.">();
      write_annotation_name(annotations_, kv.key);
      annotations.put<"':">();
      nested_value(annotations, value);
      annotations.comma();
    } else if (value.value_case != ValueCase::None) {
      metadata.put<"'otel.resource.">();
      append_nested_escaped(metadata_, kv.key);
      metadata.put<"':">();
      nested_value(metadata, value);
      metadata.comma();
    }
  }
}

// Calls `each` for the log groups of an attribute: a list, or names joined by "&". Returns how many there were.
template <class F>
static size_t for_each_group(const views::AnyValue& v, F each) {
  size_t n = 0;
  if (v.value_case == ValueCase::ArrayValue) {
    for (views::AnyValue item : views::ArrayValue(v.array_value).values) each(string_of(item)), ++n;
  } else {
    for (Text rest = string_of(v); !rest.empty();) {
      size_t end = rest.find('&');
      Text one = rest.substr(0, end);
      if (!one.empty()) each(one), ++n;
      rest = end == Text::npos ? Text() : rest.substr(end + 1);
    }
  }
  return n;
}

// arn:partition:logs:region:account:log-group:NAME
static Text group_of_arn(Text arn) {
  Text rest = arn;
  for (int i = 0; i < 6; ++i) {
    size_t colon = rest.find(':');
    if (colon == Text::npos) return arn;
    rest.remove_prefix(colon + 1);
  }
  return rest.substr(0, rest.find(':'));
}

// What a resource says of where on AWS it runs.
struct OnAws {
  Text cloud, platform, zone, host, host_type, image, container, container_id, pod, space, deployment, version,
      sdk_name, sdk_version, auto_version, cluster, cluster_arn, container_arn, task_arn, task_family, launch_type,
      account;
  std::optional<views::AnyValue> groups, group_arns;
};

static OnAws read_aws(const Attributes& attributes) {
  OnAws aws;
  for (views::KeyValue kv : attributes) {
    views::AnyValue v = kv.value.get();
    Text k = kv.key, s = string_of(v);
    if (k == "cloud.provider") aws.cloud = s;
    else if (k == "cloud.platform") aws.platform = s;
    else if (k == "cloud.account.id") aws.account = s;
    else if (k == "cloud.availability_zone") aws.zone = s;
    else if (k == "host.id") aws.host = s;
    else if (k == "host.type") aws.host_type = s;
    else if (k == "host.image.id") aws.image = s;
    else if (k == "container.name") aws.container = aws.container.empty() ? s : aws.container;
    else if (k == "k8s.pod.name") aws.pod = s;
    else if (k == "service.namespace") aws.space = s;
    else if (k == "service.instance.id") aws.deployment = s;
    else if (k == "service.version") aws.version = s;
    else if (k == "telemetry.sdk.name") aws.sdk_name = s;
    else if (k == "telemetry.sdk.version") aws.sdk_version = s;
    else if (k == "telemetry.auto.version" || k == "telemetry.distro.version") aws.auto_version = s;
    else if (k == "container.id") aws.container_id = s;
    else if (k == "k8s.cluster.name") aws.cluster = s;
    else if (k == "aws.ecs.cluster.arn") aws.cluster_arn = s;
    else if (k == "aws.ecs.container.arn") aws.container_arn = s;
    else if (k == "aws.ecs.task.arn") aws.task_arn = s;
    else if (k == "aws.ecs.task.family") aws.task_family = s;
    else if (k == "aws.ecs.launchtype") aws.launch_type = s;
    else if (k == "aws.log.group.names") aws.groups = v;
    else if (k == "aws.log.group.arns") aws.group_arns = v;
  }
  return aws;
}

static void write_beanstalk(NestedJson& json, const OnAws& aws) {
  json.put<"'elastic_beanstalk':{">();
  member_or_null<"'environment_name':">(json, aws.space);
  member_or_null<"'version_label':">(json, aws.version);
  json.put<"'deployment_id':">();
  json.integer(parse_int(aws.deployment).value_or(0));
  json.put<"},">();
}

// Groups that the resource names, or else the config.
static void write_log_groups(NestedJson& json, const OnAws& aws, const Options& options) {
  size_t at = json.out.size();
  json.put<"'cloudwatch_logs':[">();
  auto group = [&](Text name) {
    json.put<"{">();
    member_or_null<"'log_group':">(json, name);
    json.close('}');
    json.comma();
  };
  size_t count = 0;
  if (aws.group_arns)
    count = for_each_group(*aws.group_arns, [&](Text arn) {
      json.put<"{">();
      member_or_null<"'log_group':">(json, group_of_arn(arn));
      member<"'arn':">(json, arn);
      json.close('}');
      json.comma();
    });
  if (count == 0 && aws.groups) count = for_each_group(*aws.groups, group);
  if (count == 0)
    for (const Str& name : options.log_groups) group(view(name)), ++count;
  if (count == 0) {
    json.out.truncate(at);
  } else {
    json.close(']');
    json.comma();
  }
}

static void write_ecs(NestedJson& json, const OnAws& aws) {
  json.put<"'ecs':{">();
  member<"'container':">(json, aws.container);
  member<"'container_id':">(json, aws.container_id);
  member<"'task_arn':">(json, aws.task_arn);
  member<"'task_family':">(json, aws.task_family);
  member<"'cluster_arn':">(json, aws.cluster_arn);
  member<"'container_arn':">(json, aws.container_arn);
  member<"'availability_zone':">(json, aws.zone);
  member<"'launch_type':">(json, aws.launch_type);
  json.close('}');
  json.comma();
}

static void write_ec2(NestedJson& json, const OnAws& aws) {
  json.put<"'ec2':{">();
  member_or_null<"'instance_id':">(json, aws.host);
  member_or_null<"'availability_zone':">(json, aws.zone);
  member_or_null<"'instance_size':">(json, aws.host_type);
  member_or_null<"'ami_id':">(json, aws.image);
  json.close('}');
  json.comma();
}

static void write_eks(NestedJson& json, const OnAws& aws) {
  json.put<"'eks':{">();
  member_or_null<"'cluster_name':">(json, aws.cluster);
  member_or_null<"'pod':">(json, aws.pod);
  member_or_null<"'container_id':">(json, aws.container_id);
  json.close('}');
  json.comma();
}

static void write_sdk(NestedJson& json, const OnAws& aws, Text language) {
  json.put<"'xray':{">();
  if (!aws.sdk_name.empty()) {
    json.put<"'sdk':'">();
    append_nested_escaped(json.out, aws.sdk_name);
    if (!language.empty()) {
      json.put<" for ">();
      append_nested_escaped(json.out, language);
    }
    json.put<"',">();
  }
  member<"'sdk_version':">(json, aws.sdk_version);
  json.put<"'auto_instrumentation':">();
  json.boolean(!aws.auto_version.empty());
  json.put<"},">();
}

void ResourceParts::fill_aws(const Options& options) {
  const OnAws aws = read_aws(attributes);
  account = aws.account;
  is_aws = aws.cloud.empty() || aws.cloud == "aws";
  if (!is_aws) return;

  NestedJson json(aws_);
  if (aws.platform == "aws_elastic_beanstalk" && !aws.deployment.empty()) write_beanstalk(json, aws);
  write_log_groups(json, aws, options);
  if (aws.platform == "aws_ecs") write_ecs(json, aws);
  if (aws.platform == "aws_ec2" || !aws.host.empty()) write_ec2(json, aws);
  if (aws.platform == "aws_eks" || !aws.cluster.empty()) write_eks(json, aws);
  write_sdk(json, aws, language);
}

}  // namespace whittle::awsxray
