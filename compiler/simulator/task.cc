// SPDX-License-Identifier: Apache-2.0
#include "compiler/simulator/task.h"

#include "compiler/simulator/signature.h"
#include "compiler/simulator/time.h"

namespace whittle::simulator {

std::vector<std::string> Task::environment(const std::string& base) {
  return {"ECS_CONTAINER_METADATA_URI_V4=" + base + "/v4/158d1c8083dd49d6b527399fd6414f5c",
          "AWS_CONTAINER_CREDENTIALS_FULL_URI=" + base + "/v2/credentials/try", "AWS_ENDPOINT_URL=" + base,
          "AWS_REGION=us-east-1", "AWS_EXECUTION_ENV=AWS_ECS_FARGATE"};
}

static std::string credentials() {
  return std::string("{\"RoleArn\":\"arn:aws:iam::123456789012:role/try\",\"AccessKeyId\":\"") + kTaskRole.key +
         "\",\"SecretAccessKey\":\"" + kTaskRole.secret + "\",\"Token\":\"" + kTaskRole.token + "\",\"Expiration\":\"" +
         rfc3339(time(nullptr) + 6 * 3600) + "\"}";
}

// The collector's own container as the endpoint shows it.
static std::string container() {
  return R"({"DockerId":"158d1c8083dd49d6b527399fd6414f5c-3311200417","Name":"collector","DockerName":"collector",)"
         R"("Image":"123456789012.dkr.ecr.us-east-1.amazonaws.com/collector:1",)"
         R"("ImageID":"sha256:25f3695bedfb454a50f12d127839a68ad3caf91e451c1da073db34c542c4d2cb",)"
         R"("DesiredStatus":"RUNNING","KnownStatus":"RUNNING","Limits":{"CPU":2},"Type":"NORMAL","LogDriver":"awslogs",)"
         R"("LogOptions":{"awslogs-group":"/ecs/collector","awslogs-region":"us-east-1",)"
         R"("awslogs-stream":"ecs/collector/158d1c8083dd49d6b527399fd6414f5c"},)"
         R"("ContainerARN":"arn:aws:ecs:us-east-1:123456789012:container/try/158d1c8083dd49d6b527399fd6414f5c/)"
         R"(0206b271-b33f-47ab-86c6-a0ba208a70a9"})";
}

static std::string task() {
  std::string started = rfc3339(time(nullptr) - 60);
  auto container = [&](const char* name, const char* id, const char* image, const char* limits) {
    return std::string("{\"DockerId\":\"") + id + "\",\"Name\":\"" + name + "\",\"DockerName\":\"" + name +
           "\",\"Image\":\"" + image +
           "\",\"ImageID\":\"sha256:25f3695bedfb454a50f12d127839a68ad3caf91e451c1da073db34c542c4d2cb\","
           "\"DesiredStatus\":\"RUNNING\",\"KnownStatus\":\"RUNNING\",\"Limits\":" +
           limits + ",\"CreatedAt\":\"" + started + "\",\"StartedAt\":\"" + started +
           "\",\"Type\":\"NORMAL\",\"Networks\":[{\"NetworkMode\":\"awsvpc\",\"IPv4Addresses\":[\"10.0.0.61\"]}]}";
  };
  return "{\"Cluster\":\"arn:aws:ecs:us-east-1:123456789012:cluster/"
         "try\",\"TaskARN\":\"arn:aws:ecs:us-east-1:123456789012:task/try/158d1c8083dd49d6b527399fd6414f5c\","
         "\"Family\":\"orders\",\"ServiceName\":\"orders\",\"Revision\":\"1\",\"DesiredStatus\":\"RUNNING\","
         "\"KnownStatus\":\"RUNNING\",\"Limits\":{\"CPU\":0.5,\"Memory\":1024},"
         "\"PullStartedAt\":\"" +
         started + "\",\"PullStoppedAt\":\"" + started +
         "\",\"AvailabilityZone\":\"us-east-1d\",\"LaunchType\":\"FARGATE\","
         "\"EphemeralStorageMetrics\":{\"Utilized\":261,\"Reserved\":20496},\"Containers\":[" +
         container("app", "158d1c8083dd49d6b527399fd6414f5c-2495160603",
                   "123456789012.dkr.ecr.us-east-1.amazonaws.com/orders:4.12.1", "{\"CPU\":256,\"Memory\":512}") +
         "," +
         container("collector", "158d1c8083dd49d6b527399fd6414f5c-3311200417",
                   "123456789012.dkr.ecr.us-east-1.amazonaws.com/collector:1", "{\"CPU\":2}") +
         "]}";
}

// Counters that grow with each poll, so that rates are not zero.
std::string Task::stats() {
  long n = ++polls_;
  auto container = [&](const char* id, long memory) {
    auto cpu = [&](long k) {
      return "{\"cpu_usage\":{\"total_usage\":" + std::to_string(800000000 * k) + ",\"percpu_usage\":[" +
             std::to_string(400000000 * k) + "," + std::to_string(400000000 * k) +
             "],\"usage_in_kernelmode\":" + std::to_string(120000000 * k) +
             ",\"usage_in_usermode\":" + std::to_string(680000000 * k) +
             "},\"system_cpu_usage\":" + std::to_string(9372210000000 + 20000000000 * k) + ",\"online_cpus\":2}";
    };
    return std::string("\"") + id + "\":{\"read\":\"" + rfc3339(time(nullptr)) + "\",\"cpu_stats\":" + cpu(n + 1) +
           ",\"precpu_stats\":" + cpu(n) + ",\"memory_stats\":{\"usage\":" + std::to_string(memory) +
           ",\"max_usage\":" + std::to_string(memory + (8 << 20)) +
           ",\"limit\":536870912,\"stats\":{\"cache\":10752000}},\"networks\":{\"eth1\":{\"rx_bytes\":" +
           std::to_string(564655 * n) + ",\"rx_packets\":" + std::to_string(3842 * n) +
           ",\"rx_errors\":0,\"rx_dropped\":0,\"tx_bytes\":" + std::to_string(301212 * n) +
           ",\"tx_packets\":" + std::to_string(2973 * n) +
           ",\"tx_errors\":0,\"tx_dropped\":0}},\"network_rate_stats\":{\"rx_bytes_per_sec\":1412.5,\"tx_bytes_per_"
           "sec\":803.25},\"id\":\"" +
           id + "\"}";
  };
  return "{" + container("158d1c8083dd49d6b527399fd6414f5c-2495160603", 93917184) + "," +
         container("158d1c8083dd49d6b527399fd6414f5c-3311200417", 2621440) + "}";
}

bool Task::serves(const Request& request) {
  return request.target.starts_with("/v4/") || request.target.starts_with("/v2/credentials/");
}

std::string Task::answer(const Request& request) {
  const std::string& target = request.target;
  if (target.starts_with("/v2/credentials/")) return response(200, credentials());
  if (target.ends_with("/task/stats")) return response(200, stats());
  if (target.ends_with("/task")) return response(200, task());
  if (target.find('/', 4) == std::string::npos) return response(200, container());
  return response(404, "{}");
}

}  // namespace whittle::simulator
