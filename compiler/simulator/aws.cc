// SPDX-License-Identifier: Apache-2.0
#include "compiler/simulator/aws.h"

#include "compiler/simulator/signature.h"
#include "compiler/simulator/time.h"

#include <algorithm>
#include <cstdlib>

namespace whittle::simulator {

static std::string fault(const std::string& type, const std::string& message) {
  return "{\"__type\":\"" + type + "\",\"message\":\"" + message + "\"}";
}

// The text of a member of a flat JSON object; enough for requests that our own exporters wrote.
static std::string member(const std::string& body, const std::string& name) {
  size_t at = body.find("\"" + name + "\":\"");
  if (at == std::string::npos) return "";
  at += name.size() + 4;
  return body.substr(at, body.find('"', at) - at);
}

// The value of a field of a form.
static std::string form_field(const std::string& body, const std::string& name) {
  for (size_t at = 0; at < body.size();) {
    size_t end = std::min(body.find('&', at), body.size());
    std::string field = body.substr(at, end - at), out;
    at = end + 1;
    if (!field.starts_with(name + "=")) continue;
    for (size_t i = name.size() + 1; i < field.size(); ++i) {
      if (field[i] == '%' && i + 2 < field.size()) {
        out += static_cast<char>(strtol(field.substr(i + 1, 2).c_str(), nullptr, 16));
        i += 2;
      } else {
        out += field[i] == '+' ? ' ' : field[i];
      }
    }
    return out;
  }
  return "";
}

static std::string sts_fault(const std::string& type, const std::string& message) {
  return "<ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><Error><Type>Sender</Type><Code>" + type +
         "</Code><Message>" + message +
         "</Message></Error><RequestId>00000000-0000-0000-0000-000000000000</RequestId></ErrorResponse>";
}

// STS knows every role and trusts the task with it.
static std::string sts(const Request& request, bool good, const Call& call) {
  auto answer = [](int status, const std::string& xml) { return response(status, xml, "text/xml"); };
  if (!good) return answer(403, sts_fault("SignatureDoesNotMatch", call.problem));
  if (call.action != "AssumeRole")
    return answer(400, sts_fault("InvalidAction", "whittle try does not simulate " + call.action));
  std::string role = form_field(request.body, "RoleArn"), session = form_field(request.body, "RoleSessionName");
  if (role.empty() || session.size() < 2 || session.size() > 64)
    return answer(400, sts_fault("ValidationError", "RoleArn or RoleSessionName is missing"));
  size_t colon = role.find(":role/");
  std::string assumed =
      colon == std::string::npos ? role : role.substr(0, colon) + ":assumed-role/" + role.substr(colon + 6);
  if (size_t iam = assumed.find(":iam:"); iam != std::string::npos) assumed.replace(iam, 5, ":sts:");
  return answer(200, std::string("<AssumeRoleResponse "
                                 "xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/"
                                 "\"><AssumeRoleResult><AssumedRoleUser><AssumedRoleId>AROAWHITTLETRYEXAMPL:") +
                         session + "</AssumedRoleId><Arn>" + assumed + "/" + session +
                         "</Arn></AssumedRoleUser><Credentials><AccessKeyId>" + kOtherRole.key +
                         "</AccessKeyId><SecretAccessKey>" + kOtherRole.secret + "</SecretAccessKey><SessionToken>" +
                         kOtherRole.token + "</SessionToken><Expiration>" + rfc3339(time(nullptr) + 900) +
                         "</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>");
}

std::string Aws::logs(const Request& request, const Call& call) {
  const std::string group = member(request.body, "logGroupName"), stream = member(request.body, "logStreamName");
  const std::string key = group + "\n" + stream;
  auto exists = [](const char* what) {
    return response(400,
                    fault("ResourceAlreadyExistsException", std::string("The specified ") + what + " already exists"));
  };
  auto missing = [](const char* what) {
    return response(400, fault("ResourceNotFoundException", std::string("The specified ") + what + " does not exist."));
  };
  if (call.action == "CreateLogGroup") return groups_.insert(group).second ? response(200, "") : exists("log group");
  if (!groups_.count(group)) return missing("log group");
  if (call.action == "CreateLogStream") return streams_.insert(key).second ? response(200, "") : exists("log stream");
  if (!streams_.count(key)) return missing("log stream");
  return response(200, "{\"nextSequenceToken\":\"1\"}");
}

std::string Aws::answer(const Request& request, Call& call) {
  const std::string &target = request.target, &body = request.body;
  if (const std::string named = request.header("x-amz-target"); !named.empty())
    call.action = named.substr(named.rfind('.') + 1);
  if (target == "/TraceSegments") call.action = "PutTraceSegments";
  if (call.action.empty()) call.action = form_field(body, "Action");
  if (call.action.empty()) call.action = request.method + " " + target;
  bool good = check_signature(request, call);
  if (call.service == "sts") return sts(request, good, call);
  if (!good) return response(403, fault("InvalidSignatureException", call.problem));

  if (call.action == "PutTraceSegments") return response(200, "{\"UnprocessedTraceSegments\":[]}");
  if (call.action == "CreateLogGroup" || call.action == "CreateLogStream" || call.action == "PutLogEvents")
    return logs(request, call);
  if (call.action == "PutRetentionPolicy" || call.action == "TagResource") return response(200, "");
  // CloudWatch's OTLP endpoints, and remote write.
  if (request.is_otlp() || request.headers.count("content-encoding"))
    return response(200, "", "application/x-protobuf");
  return response(400, fault("UnknownOperationException", "whittle try does not simulate " + call.action));
}

}  // namespace whittle::simulator
