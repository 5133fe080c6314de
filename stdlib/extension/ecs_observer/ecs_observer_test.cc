// SPDX-License-Identifier: Apache-2.0
// From answers of ECS to targets.
#include "stdlib/extension/ecs_observer/targets.h"

#include "runtime/base/regex_compile.h"

#include <gtest/gtest.h>
#include <string>

using namespace whittle;
using namespace whittle::ecs;

namespace {

Str str(const char* t) {
  return {t, strlen(t)};
}

constexpr const char* kTasks = R"({"tasks":[
  {"taskArn":"t1","taskDefinitionArn":"web:1","startedBy":"d1","launchType":"FARGATE","tags":[{"key":"a é.b","value":"v"}],
   "attachments":[{"type":"x"},{"type":"ElasticNetworkInterface","details":[{"name":"privateIPv4Address","value":"10.0.0.1"}]}]},
  {"taskArn":"t2","taskDefinitionArn":"web:1","startedBy":"d2"},
  {"taskArn":"t3"}]})";
constexpr const char* kDefinition =
    R"({"taskDefinition":{"family":"web","revision":1,"networkMode":"awsvpc","containerDefinitions":[
  {"name":"nginx","portMappings":[{"containerPort":80},{"containerPort":9113,"hostPort":9113}],
   "dockerLabels":{"PORT":"9113","PATH":"/stats","JOB":"j","BAD":"x","FAR":"1"}}]}})";

class Observed : public testing::Test {
protected:
  // The targets' file of the task t1, with the settings as they are now.
  std::string file() {
    EXPECT_TRUE(read_tasks(kTasks, cluster));
    EXPECT_EQ(cluster.tasks.size(), 2u) << "one is of no definition";
    EXPECT_TRUE(read_definition(kDefinition, definition));
    for (Task& t : cluster.tasks) t.definition = &definition;
    cluster.deployments.push_back({"d1", "shop"});
    Writer out;
    count = write_targets(cluster, config, skipped, out);
    return std::string(out.text());
  }

  Cluster cluster;
  Definition definition;
  config::EcsObserver config = {.cluster_name = str("c"), .job_label_name = str("prometheus_job")};
  Skipped skipped;
  size_t count = 0;
};

TEST_F(Observed, Nothing) {
  EXPECT_EQ(file(), "[]\n");
}

TEST_F(Observed, ByLabel) {
  const config::EcsDockerLabel labels[] = {
      {.port_label = str("PORT"), .job_name_label = str("JOB"), .metrics_path_label = str("PATH")},
      {.port_label = str("BAD")},
      {.port_label = str("FAR")},
      {.port_label = str("NONE")}};
  config.docker_labels = {labels, std::size(labels)};
  const std::string is = file();
  EXPECT_EQ(count, 1u);
  EXPECT_EQ(skipped.without_address, 1u);
  EXPECT_EQ(skipped.bad_ports, 2u);
  for (const char* part :
       {"- targets:\n  - \"10.0.0.1:9113\"\n  labels:\n", "    \"__metrics_path__\": \"/stats\"\n",
        "    \"prometheus_job\": \"j\"\n", "    \"__meta_ecs_task_tags_a___b\": \"v\"\n",
        "    \"__meta_ecs_service_name\": \"shop\"\n", "    \"__meta_ecs_container_labels_JOB\": \"j\"\n"})
    EXPECT_NE(is.find(part), std::string::npos) << part << is;
}

TEST_F(Observed, ByServiceBeforeAllElse) {
  const int64_t ports[] = {9113, 80};
  const config::EcsService services[] = {{.job_name = str("s"),
                                          .metrics_ports = {ports, 2},
                                          .name_pattern = *compile_regex("^sh"),
                                          .container_name_pattern = *compile_regex("ngin")}};
  const config::EcsTaskDefinition definitions[] = {
      {.job_name = str("d"), .metrics_ports = {ports, 1}, .arn_pattern = *compile_regex("web:[0-9]+")}};
  config.services = {services, 1};
  config.task_definitions = {definitions, 1};
  const std::string is = file();
  EXPECT_EQ(count, 2u) << is;
  EXPECT_EQ(is.find("\"d\""), std::string::npos) << is;
  EXPECT_NE(is.find("10.0.0.1:80"), std::string::npos) << "a port without a host's is that of the container";
}

TEST_F(Observed, Services) {
  const config::EcsService services[] = {{.name_pattern = *compile_regex("^a")}};
  config.services = {services, 1};
  EXPECT_TRUE(read_services(R"({"serviceArns":["arn:x/c/ab","arn:x/c/ba","ac"]})", config, cluster));
  EXPECT_EQ(cluster.services.size(), 2u);
  EXPECT_TRUE(read_deployments(
      R"({"services":[{"serviceName":"ab","deployments":[{"id":"1","status":"PRIMARY"},{"id":"2","status":"ACTIVE"},{"id":"3","status":"INACTIVE"}]}]})",
      cluster));
  EXPECT_EQ(cluster.deployments.size(), 2u);
}

TEST_F(Observed, NoAnswers) {
  for (const char* t : {"", "{}", "[]", "null", "{\"tasks\":1}"}) {
    EXPECT_FALSE(read_tasks(t, cluster)) << t;
    EXPECT_FALSE(read_definition(t, definition)) << t;
    EXPECT_FALSE(read_services(t, config, cluster)) << t;
    EXPECT_FALSE(read_deployments(t, cluster)) << t;
  }
}

}  // namespace
