// SPDX-License-Identifier: Apache-2.0
// What `whittle taskdef` prints passes `whittle check` with no finding about the task: as JSON and as CloudFormation,
// for configs of several kinds.
#include "compiler/report/commands.h"

#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <unistd.h>

namespace fs = std::filesystem;

namespace whittle {
namespace {

constexpr std::string_view kConfigs[] = {
    // A sidecar with everything.
    "extensions: {health_check: }\nreceivers: {otlp: {protocols: {grpc: {endpoint: '0.0.0.0:4317'}, http: {endpoint: "
    "'0.0.0.0:4318'}}}, awsecscontainermetrics: }\n"
    "processors: {batch: {timeout: 60s}}\nexporters: {awsxray: {region: us-east-1}, awsemf: {region: us-east-1, "
    "namespace: N}}\n"
    "service: {extensions: [health_check], pipelines: {traces: {receivers: [otlp], processors: [batch], exporters: "
    "[awsxray]}, "
    "metrics: {receivers: [otlp, awsecscontainermetrics], exporters: [awsemf]}}}\n",
    // On loopback, gRPC alone, with values for later.
    "extensions: {health_check: {endpoint: 'localhost:13133'}}\nreceivers: {otlp: {protocols: {grpc: }}}\n"
    "exporters: {otlphttp: {endpoint: '${env:ENDPOINT}', headers: {authorization: '${env:API_TOKEN}', x: "
    "'${env:X:-y}', r: '${env:AWS_REGION}'}}}\n"
    "service: {extensions: [health_check], pipelines: {logs: {receivers: [otlp], exporters: [otlphttp]}}}\n",
    // A port and paths of its own.
    "extensions: {health_check: }\nreceivers: {otlp: {protocols: {http: {endpoint: '127.0.0.1:9999'}}}}\nprocessors: "
    "{batch: {timeout: 200ms}}\n"
    "exporters: {debug: }\nservice: {extensions: [health_check], pipelines: {traces: {receivers: [otlp], processors: "
    "[batch], exporters: [debug]}, "
    "metrics: {receivers: [otlp], exporters: [debug]}, logs: {receivers: [otlp], exporters: [debug]}}}\n",
    // Datagrams beside TCP, on one port and on another.
    "extensions: {health_check: }\nreceivers: {otlp: {protocols: {http: {endpoint: '0.0.0.0:4318'}}}, awsxray: "
    "{endpoint: '0.0.0.0:2000', proxy_server: {endpoint: '0.0.0.0:2000'}}, statsd: {endpoint: '0.0.0.0:8125'}}\n"
    "exporters: {awsxray: {region: us-east-1}, awsemf: {region: us-east-1, namespace: N}}\n"
    "service: {extensions: [health_check], pipelines: {traces: {receivers: [otlp, awsxray], exporters: [awsxray]}, "
    "metrics: {receivers: [otlp, statsd], exporters: [awsemf]}}}\n",
    // Files, which a volume takes.
    "extensions: {health_check: }\nreceivers: {otlp: {protocols: {grpc: {endpoint: '0.0.0.0:4317'}}}}\n"
    "exporters: {file: {path: /data/all.json}, file/2: {path: '/var/telemetry/*/x', group_by: {enabled: true}}}\n"
    "service: {extensions: [health_check], pipelines: {traces: {receivers: [otlp], exporters: [file]}, metrics: "
    "{receivers: [otlp], exporters: [file/2]}, logs: {receivers: [otlp], exporters: [file]}}}\n",
    // IPv6 alone, and a socket.
    "extensions: {health_check: }\nreceivers: {otlp: {protocols: {http: {endpoint: '[::1]:4318'}}}, statsd: {endpoint: "
    "/run/telemetry/statsd.sock, transport: unixgram}}\n"
    "exporters: {otlphttp: {endpoint: 'https://telemetry.example.com'}}\n"
    "service: {extensions: [health_check], pipelines: {traces: {receivers: [otlp], exporters: [otlphttp]}, metrics: "
    "{receivers: [otlp, statsd], exporters: [otlphttp]}, logs: {receivers: [otlp], exporters: [otlphttp]}}}\n",
    // Nothing receives.
    "extensions: {health_check: }\nreceivers: {awsecscontainermetrics: }\nexporters: {awsemf: {region: "
    "'${env:AWS_REGION}'}}\n"
    "service: {extensions: [health_check], pipelines: {metrics: {receivers: [awsecscontainermetrics], exporters: "
    "[awsemf]}}}\n",
};

std::string run(int (*command)(report::Arguments, report::Output&), std::vector<std::string> words, int& code) {
  std::vector<std::string_view> arguments(words.begin(), words.end());
  report::Output output;
  output.version = "1.2.3";
  code = command(arguments, output);
  return output.out;
}

TEST(Taskdef, PassesTheCheck) {
  fs::path folder = fs::temp_directory_path() / ("whittle_taskdef_test." + std::to_string(getpid()));
  fs::create_directories(folder);
  fs::current_path(folder);
  for (std::string_view config : kConfigs) {
    SCOPED_TRACE(config);
    std::ofstream("c.yaml") << config;
    for (std::string format : {"json", "cloudformation"}) {
      SCOPED_TRACE(format);
      for (std::string target : {"x86_64", "aarch64"}) {
        int code = 0;
        std::vector<std::string> words = {"c.yaml",    "--task",          "--format", format,
                                          "--account", "123456789012",    "--region", "us-east-1",
                                          "--app",     "example/app:1.0", "--target", target};
        if (config.find("env:ENDPOINT") != std::string_view::npos) {
          words.push_back("--env");
          words.push_back("ENDPOINT=https://telemetry.example.com");
        }
        std::string task = run(report::taskdef_command, words, code);
        ASSERT_EQ(code, 0);
        std::ofstream("task") << task;
        std::string said = run(report::check_command,
                               {"--config", "c.yaml", format == "json" ? "--task-definition" : "--cloudformation",
                                "task", "--target", target, "--format", "json"},
                               code);
        EXPECT_EQ(code, 0);
        // The config itself may have remarks; of the task there must be none.
        EXPECT_EQ(said.find("\"task\""), std::string::npos) << said;
        for (char kind : {'E', 'W', 'N'})
          EXPECT_EQ(said.find(std::string("\"") + kind + "10"), std::string::npos) << said << task;
      }
    }
  }
  fs::current_path(fs::temp_directory_path());
  fs::remove_all(folder);
}

}  // namespace
}  // namespace whittle
