// SPDX-License-Identifier: Apache-2.0
// AWS words a denial so (IAM user guide, "Troubleshoot access denied error messages"):
//
//   User: arn:aws:sts::123456789012:assumed-role/task/5f2 is not authorized to perform: logs:PutLogEvents on resource:
//   arn:aws:logs:us-east-1:123456789012:log-group:/ecs/x:log-stream:y because no identity-based policy allows the
//   logs:PutLogEvents action
//
// Log groups are an exception: "User with accountId: 123456789012 is not authorized to perform CreateLogGroup with
// Tags" means TagResource. Not every service says all of it. What it says counts; the rest comes from the call and from
// the config's own list of needs.
#include "runtime/aws/denied.h"

#include "runtime/aws/endpoint.h"
#include "runtime/base/json.h"

namespace whittle {
namespace {

constexpr size_t kMostTold = 64;  // kinds of denials

// The word behind `lead`, up to a space; empty when `lead` is not there.
Text word_after(Text t, Text lead) {
  size_t at = t.find(lead);
  if (at == Text::npos) return {};
  t.remove_prefix(at + lead.size());
  while (!t.empty() && t.front() == ' ') t.remove_prefix(1);
  return t.substr(0, t.find_first_of(" ,\"<\n"));
}

// The part of an ARN between its colons; the sixth and last is all the rest.
Text arn_part(Text arn, int part) {
  for (; part > 0; --part) {
    size_t colon = arn.find(':');
    if (colon == Text::npos) return {};
    arn.remove_prefix(colon + 1);
  }
  return arn.substr(0, arn.find(':'));
}

bool is_arn(Text t) {
  return t.starts_with("arn:");
}

// Why a 403 is none of the role's doing; null when it is.
const char* other_cause(Text type, Text message) {
  struct Cause {
    Text type;
    const char* text;
  };
  static constexpr const char* kSignature = "AWS refuses the signature of a call: the secret key is not the access "
                                            "key's, or something on the way changed the request";
  static constexpr const char* kClock = "AWS refuses a call for its time: this machine's clock is wrong";
  static constexpr const char* kToken =
      "AWS refuses the credentials of a call: they have expired or are no longer known";
  static constexpr Cause kCauses[] = {
      {"ExpiredToken", kToken},
      {"UnrecognizedClient", kToken},
      {"InvalidClientTokenId", kToken},
      {"InvalidAccessKeyId", kToken},
      {"RequestExpired", kClock},
      {"RequestTimeTooSkewed", kClock},
      {"RequestInTheFuture", kClock},
      {"OptInRequired", "AWS refuses a call: the account has not enabled the service or the region"},
      {"IncompleteSignature", kSignature},
      {"MissingAuthenticationToken", kSignature}};
  for (const Cause& c : kCauses)
    if (type.starts_with(c.type)) return c.text;
  // One fault for two causes: "Signature expired: 20260302T084430Z is now earlier than ..." and "Signature not yet
  // current: ...".
  if (type.starts_with("SignatureDoesNotMatch") || type.starts_with("InvalidSignature"))
    return message.starts_with("Signature expired") || message.starts_with("Signature not yet current") ? kClock
                                                                                                        : kSignature;
  return nullptr;
}

// The need of the component that this denial is about; null when none is.
const AwsNeed* need_of(const ComponentContext& component, Text action) {
  for (const AwsNeed& need : component.needs)
    if (view(need.action) == action) return &need;
  return nullptr;
}

}  // namespace

bool is_denial(int status, Text type) {
  return status == 403 || type.starts_with("AccessDenied") || other_cause(type, {});
}

void append_completed_arn(Writer& out, Text pattern, Text region, Text account) {
  if (!is_arn(pattern)) return out.append(pattern);
  for (int part = 0; part < 5; ++part) {
    size_t colon = pattern.find(':');
    if (colon == Text::npos) break;
    Text piece = pattern.substr(0, colon);
    if (part == 1 && piece == "*" && !region.empty()) piece = aws_partition(region).name;
    if (part == 3 && piece == "*" && !region.empty()) piece = region;
    if (part == 4 && piece == "*" && !account.empty()) piece = account;
    out.append(piece);
    out.byte(':');
    pattern.remove_prefix(colon + 1);
  }
  out.append(pattern);
}

void append_statement(Writer& out, Text action, Text resource) {
  out.append(Text(R"({"Effect":"Allow","Action":)"));
  append_json_text(out, action);
  out.append(Text(R"(,"Resource":)"));
  append_json_text(out, resource);
  out.byte('}');
}

bool Denials::is_new(Runtime& runtime, Text known) {
  for (Text k : known_)
    if (k == known) return false;
  // Actions are AWS's words: an answer that is not AWS's could name ever new ones.
  if (known_.size() == kMostTold) return false;
  known_.push_back(arena_.copy(known));
  if (known_.size() == kMostTold)
    runtime.log->warn("further kinds of denied calls are not told", {{"told", kMostTold}});
  return true;
}

static void append_action(Writer& out, const Denial& d) {
  if (Text said = word_after(d.message, "not authorized to perform:"); said.find(':') != Text::npos)
    return out.append(said);
  if (d.message.find("CreateLogGroup with Tags") != Text::npos) return out.append(Text("logs:TagResource"));
  out.append(d.service);
  out.byte(':');
  out.append(d.call);
}

// Who denies it, and what would have to be said where.
static void tell_denied(Logger& log, const Denial& d, Text action) {
  const ComponentContext& c = *d.component;
  // What AWS has named is the resource itself; a pattern is what a policy says.
  Text caller = word_after(d.message, "User:");
  Text account = arn_part(caller, 4);
  if (account.empty()) account = word_after(d.message, "with accountId:");
  Text named = word_after(d.message, "on resource:");
  const AwsNeed* need = need_of(c, action);
  Writer resource, pattern, statement;
  append_completed_arn(resource, is_arn(named) ? named : d.resource, d.region, account);
  if (need) append_completed_arn(pattern, view(need->resource), d.region, account);
  append_statement(statement, action, need ? pattern.text() : resource.empty() ? Text("*") : resource.text());
  Text place = need ? view(need->place) : view(c.place);
  if (d.message.find("explicit deny") != Text::npos) {
    return log.error(
        "AWS denies a call: a policy forbids it in so many words, so no statement that allows it will help",
        {{"exporter", c.id},
         {"action", action},
         {"resource", resource.text()},
         {"role", d.role},
         {"config", place},
         {"message", d.message}});
  }
  if (d.message.find("permissions boundary") != Text::npos || d.message.find("service control policy") != Text::npos ||
      d.message.find("session policy") != Text::npos) {
    return log.error(
        "AWS denies a call: a policy that limits the role does not allow it; the statement is missing there",
        {{"exporter", c.id},
         {"action", action},
         {"resource", resource.text()},
         {"role", d.role},
         {"config", place},
         {"statement", statement.text()},
         {"message", d.message}});
  }
  if (action == "sts:AssumeRole") {
    return log.error("AWS denies taking on a role: the task role lacks the statement, or the role's trust policy does "
                     "not name the task role as principal (with the external id, if it wants one)",
                     {{"exporter", c.id},
                      {"action", action},
                      {"resource", resource.text()},
                      {"caller", caller},
                      {"config", place},
                      {"statement", statement.text()},
                      {"message", d.message}});
  }
  if (!d.role.empty()) {
    return log.error("AWS denies a call: the role that `role_arn` names lacks the permission",
                     {{"exporter", c.id},
                      {"action", action},
                      {"resource", resource.text()},
                      {"role", d.role},
                      {"config", place},
                      {"statement", statement.text()},
                      {"message", d.message}});
  }
  log.error("AWS denies a call: the task role lacks the permission", {{"exporter", c.id},
                                                                      {"action", action},
                                                                      {"resource", resource.text()},
                                                                      {"config", place},
                                                                      {"statement", statement.text()},
                                                                      {"message", d.message}});
}

void Denials::tell(Runtime& runtime, const Denial& d) {
  Writer action;
  append_action(action, d);
  const char* other = other_cause(d.type, d.message);
  if (!is_new(runtime, other ? Text(other) : action.text())) return;
  if (!other) return tell_denied(*runtime.log, d, action.text());
  const ComponentContext& c = *d.component;
  runtime.log->error(other, {{"exporter", c.id},
                             {"action", action.text()},
                             {"region", d.region},
                             {"type", d.type},
                             {"message", d.message},
                             {"date", d.date},
                             {"config", c.place}});
}

}  // namespace whittle
