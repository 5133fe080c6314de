// SPDX-License-Identifier: Apache-2.0
// What ECS does with the execution role before a container starts: "Amazon ECS task execution IAM role" and "Pass
// sensitive data to an Amazon ECS container" in the ECS developer guide.
#include "compiler/aws/roles.h"

#include <optional>

namespace whittle::aws {

namespace {

std::string or_any(std::string_view text) {
  return text.empty() ? "*" : std::string(text);
}

struct ArnPrefix {
  std::string partition, region, account;
};

ArnPrefix prefix_of(const Surroundings& s, std::string_view region) {
  ArnPrefix p;
  p.region = or_any(region.empty() ? std::string_view(s.region) : region);
  p.partition = !s.partition.empty() ? s.partition : p.region == "*" ? "*" : std::string(partition_of(p.region));
  p.account = or_any(s.account);
  return p;
}

// A private ECR repository: <account>.dkr.ecr.<region>.amazonaws.com/<name>, and the dual-stack and FIPS forms of it
// ("Amazon ECR endpoints and quotas").
struct Repository {
  std::string account, region, name;
};

std::optional<Repository> repository_of(std::string_view reference) {
  size_t slash = reference.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  std::string_view host = reference.substr(0, slash), name = reference.substr(slash + 1);
  size_t dot = host.find('.');
  if (dot == std::string_view::npos) return std::nullopt;
  Repository out;
  out.account = host.substr(0, dot);
  std::string_view rest = host.substr(dot + 1);
  bool found = false;
  for (std::string_view start : {"dkr.ecr.", "dkr.ecr-fips.", "dkr-ecr.", "dkr-ecr-fips."}) {
    if (!rest.starts_with(start)) continue;
    rest.remove_prefix(start.size());
    found = true;
    break;
  }
  if (!found) return std::nullopt;
  out.region = rest.substr(0, rest.find('.'));
  name = name.substr(0, name.find('@'));
  if (size_t colon = name.rfind(':');
      colon != std::string_view::npos && name.find('/', colon) == std::string_view::npos)
    name = name.substr(0, colon);
  out.name = name;
  return out;
}

// The first `count` colon-separated parts.
std::string parts(std::string_view text, int count) {
  size_t from = 0;
  for (int i = 0; i < count; ++i) {
    size_t colon = text.find(':', from);
    if (colon == std::string_view::npos) return std::string(text);
    from = colon + 1;
  }
  return std::string(text.substr(0, from - 1));
}

std::string part(std::string_view text, int index) {
  size_t from = 0;
  for (int i = 0; i < index; ++i) {
    size_t colon = text.find(':', from);
    if (colon == std::string_view::npos) return {};
    from = colon + 1;
  }
  return std::string(text.substr(from, text.find(':', from) - from));
}

// Secrets Manager puts a hyphen and six letters behind a secret's name.
std::string with_suffix(std::string arn) {
  size_t hyphen = arn.rfind('-');
  bool whole =
      hyphen != std::string::npos && arn.size() - hyphen == 7 && arn.find_first_of(":/", hyphen) == std::string::npos;
  bool open = without_names(arn).ends_with('*') || arn.find(kUnknownPart) != std::string::npos;
  return whole || open ? arn : arn + "-\?\?\?\?\?\?";
}

class Collector {
public:
  explicit Collector(const Surroundings& s) : s_(s) {}

  void add(std::string_view action, std::string resource, std::string_view region, std::string_view who,
           std::string_view why, source::Span span, std::string_view via = {}) {
    Need n;
    n.role = RoleKind::Execution;
    n.action = action;
    n.resource = as_needed(std::move(resource));
    n.region = region.find_first_of("*\x1a") != std::string_view::npos ? std::string() : std::string(region);
    n.who = who;
    n.why = why;
    n.via = via;
    n.span = span;
    out_.push_back(std::move(n));
  }

  void image(const ExecutionUse::Image& image) {
    auto repository = repository_of(image.reference);
    if (!repository) return;
    ArnPrefix p = prefix_of(s_, repository->region);
    std::string arn =
        "arn:" + p.partition + ":ecr:" + p.region + ":" + repository->account + ":repository/" + repository->name;
    add("ecr:GetAuthorizationToken", "*", p.region, image.who, "registry login", image.span);
    for (std::string_view action :
         {"ecr:BatchCheckLayerAvailability", "ecr:GetDownloadUrlForLayer", "ecr:BatchGetImage"})
      add(action, arn, p.region, image.who, "image pull", image.span);
  }

  void log_group(const ExecutionUse::LogGroup& g) {
    if (g.driver != "awslogs") return;
    ArnPrefix p = prefix_of(s_, g.region);
    std::string group = "arn:" + p.partition + ":logs:" + p.region + ":" + p.account + ":log-group:" + or_any(g.group);
    if (g.create) add("logs:CreateLogGroup", group + ":*", p.region, g.who, "container logs", g.span);
    std::string arn = group + ":log-stream:*";
    add("logs:CreateLogStream", arn, p.region, g.who, "container logs", g.span);
    add("logs:PutLogEvents", arn, p.region, g.who, "container logs", g.span);
  }

  void secret(const ExecutionUse::Secret& secret) {
    const std::string& from = secret.value_from;
    std::string service = from.starts_with("arn:") ? part(from, 2) : "ssm";
    std::string why = secret.name.empty()           ? "registry credentials"
                      : service == "secretsmanager" ? "secrets"
                                                    : "parameters";
    std::string region = from.starts_with("arn:") ? part(from, 3) : s_.region;
    if (service == "secretsmanager") {
      // What stands behind the seventh part chooses a key or a version of the secret.
      add("secretsmanager:GetSecretValue", with_suffix(parts(from, 7)), region, secret.who, why, secret.span);
    } else {
      ArnPrefix p = prefix_of(s_, region);
      std::string arn;
      std::string name = from;
      if (from.starts_with("arn:")) {
        arn = parts(from, 6);
        name = part(from, 5).substr(std::min<size_t>(9, part(from, 5).size()));
      } else {
        // A version or a label may stand behind a colon.
        name = name.substr(0, name.find(':'));
        arn = "arn:" + p.partition + ":ssm:" + p.region + ":" + p.account + ":parameter" +
              (name.starts_with('/') ? "" : "/") + name;
      }
      add("ssm:GetParameters", arn, p.region, secret.who, why, secret.span);
      constexpr std::string_view kReference = "/aws/reference/secretsmanager/";
      if (name.starts_with(kReference))
        add("secretsmanager:GetSecretValue",
            "arn:" + p.partition + ":secretsmanager:" + p.region + ":" + p.account +
                ":secret:" + with_suffix(name.substr(kReference.size())),
            p.region, secret.who, "secrets", secret.span);
    }
    if (!secret.kms_key.empty()) {
      std::string key_region = secret.kms_key.starts_with("arn:") ? part(secret.kms_key, 3) : region;
      add("kms:Decrypt", secret.kms_key, key_region, secret.who, why + " key", secret.span,
          service == "secretsmanager" ? service : "ssm");
    }
  }

  // ECS developer guide, "Pass environment variables to an Amazon ECS container": required IAM permissions.
  void environment_file(const ExecutionUse::EnvironmentFile& f) {
    if (!f.arn.starts_with("arn:")) return;
    std::string bucket = f.arn.substr(0, f.arn.find('/'));
    add("s3:GetObject", f.arn, "", f.who, "environment files", f.span);
    add("s3:GetBucketLocation", bucket, "", f.who, "environment files", f.span);
  }

  std::vector<Need> take() { return std::move(out_); }

private:
  const Surroundings& s_;
  std::vector<Need> out_;
};

}  // namespace

std::vector<Need> execution_needs(const ExecutionUse& use, const Surroundings& surroundings) {
  // A task writes its logs and pulls its images within its own partition.
  Surroundings around = surroundings;
  for (const ExecutionUse::LogGroup& g : use.log_groups) {
    bool known = !g.region.empty() && g.region.find_first_of("*\x1a") == std::string::npos;
    if (around.partition.empty() && around.region.empty() && known) around.partition = partition_of(g.region);
  }
  Collector c(around);
  for (const ExecutionUse::Image& i : use.images) c.image(i);
  for (const ExecutionUse::Secret& s : use.repository_credentials) c.secret(s);
  for (const ExecutionUse::LogGroup& g : use.log_groups) c.log_group(g);
  for (const ExecutionUse::Secret& s : use.secrets) c.secret(s);
  for (const ExecutionUse::EnvironmentFile& f : use.environment_files) c.environment_file(f);
  return c.take();
}

}  // namespace whittle::aws
