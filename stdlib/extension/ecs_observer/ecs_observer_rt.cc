// SPDX-License-Identifier: Apache-2.0
// Looks for tasks of an ECS cluster, one call after the other, and writes those that the config asks for to a file.
// When a call fails the file stays as it is until the next look.
#include "runtime/aws/call.h"
#include "runtime/base/json.h"
#include "runtime/base/log.h"
#include "runtime/loop/loop.h"

#include "stdlib/extension/ecs_observer/targets.h"

#include <errno.h>
#include <fcntl.h>
#include <memory>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

namespace whittle {

// Of replays, which write no files.
__attribute__((weak)) void replay_write(Bytes line);

namespace {

// The answers of so many tasks and services are small enough to be held whole.
constexpr size_t kTasksAtOnce = 25, kServicesAtOnce = 10;

AwsSettings settings_of(const config::EcsObserver& config) {
  AwsSettings s;
  s.region = view(config.cluster_region);
  s.kind = "extension";
  return s;
}

class Observer {
public:
  explicit Observer(const ComponentContext& context)
      : context_(context), runtime_(*context.runtime),
        config_(*static_cast<const config::EcsObserver*>(context.config)),
        client_(context_, settings_of(config_), "ecs", "ECS"),
        timer_(*runtime_.loop, [](void* self) { static_cast<Observer*>(self)->look(); }, this) {}

  bool start() {
    if (!client_.check(context_.place)) return false;
    runtime_.log->info("looks for tasks of an ECS cluster", {{"component", context_.id},
                                                             {"cluster", config_.cluster_name},
                                                             {"region", client_.region()},
                                                             {"file", config_.result_file}});
    timer_.in(0);
    return true;
  }
  void drain() {
    draining_ = true;
    timer_.cancel();
  }
  bool idle() const { return client_.in_flight() == 0; }

private:
  enum class Step { Tasks, DescribeTasks, Definitions, Services, Deployments };

  void look() {
    timer_.in(config_.refresh_interval > 0 ? config_.refresh_interval : 1'000'000'000);
    if (cluster_) return;  // the last look is not over
    cluster_ = std::make_unique<ecs::Cluster>();
    next_token_.clear();
    arns_.clear();
    arn_at_ = service_at_ = 0;
    for (auto& d : definitions_) d->used = false;
    list("ListTasks", Step::Tasks);
  }

  void ask(const char* name, Step step, Writer&& body) {
    AwsCall call;
    Writer target;
    target.append(Text("AmazonEC2ContainerServiceV20141113."));
    target.append(Text(name));
    call.call = name;
    call.target = target.text();
    call.body = static_cast<Writer&&>(body);
    step_ = step;
    client_.call(
        static_cast<AwsCall&&>(call),
        [](void* self, const HttpResponse& r) { static_cast<Observer*>(self)->answered(r); }, this);
  }

  // {"cluster":"name"
  void begin(Writer& body) {
    body.append(Text("{\"cluster\":"));
    append_json_text(body, view(config_.cluster_name));
  }
  void list(const char* name, Step step) {
    Writer body;
    begin(body);
    if (!next_token_.empty()) {
      body.append(Text(",\"nextToken\":"));
      append_json_text(body, next_token_.text());
    }
    body.byte('}');
    ask(name, step, static_cast<Writer&&>(body));
  }
  static void append_list(Writer& body, const std::vector<Text>& all, size_t& at, size_t most) {
    body.byte('[');
    for (size_t i = 0; i < most && at < all.size(); ++i, ++at) {
      if (i > 0) body.byte(',');
      append_json_text(body, all[at]);
    }
    body.byte(']');
  }

  void answered(const HttpResponse& r) {
    if (draining_) return cluster_.reset();
    if (r.status != 200 || r.cut) {
      Writer why;
      if (r.cut) why.append(Text("the answer is too large"));
      else describe_aws_failure(r, why);
      return give_up(why.text());
    }
    const Text answer = as_text(r.body);
    bool good = true;
    switch (step_) {
    case Step::Tasks: good = read_arns(answer); break;
    case Step::DescribeTasks: good = ecs::read_tasks(answer, *cluster_); break;
    case Step::Definitions: good = ecs::read_definition(answer, *definitions_.back()); break;
    case Step::Services: good = ecs::read_services(answer, config_, *cluster_) && read_token(answer); break;
    case Step::Deployments: good = ecs::read_deployments(answer, *cluster_); break;
    }
    if (!good) return give_up("the answer is none of ECS");
    go_on();
  }

  // The next call, or the end.
  void go_on() {
    if (arn_at_ < arns_.size()) {
      Writer body;
      begin(body);
      body.append(Text(",\"include\":[\"TAGS\"],\"tasks\":"));
      append_list(body, arns_, arn_at_, kTasksAtOnce);
      body.byte('}');
      return ask("DescribeTasks", Step::DescribeTasks, static_cast<Writer&&>(body));
    }
    if (step_ <= Step::DescribeTasks && !next_token_.empty()) {
      arns_.clear();
      arn_at_ = 0;
      return list("ListTasks", Step::Tasks);
    }
    for (ecs::Task& t : cluster_->tasks) {
      if (t.definition) continue;
      for (auto& d : definitions_)
        if (d->arn == t.definition_arn) t.definition = d.get(), d->used = true;
      if (!t.definition) return ask_for_definition(t.definition_arn);
    }
    if (config_.services.size > 0) {
      if (step_ < Step::Services || (step_ == Step::Services && !next_token_.empty()))
        return list("ListServices", Step::Services);
      if (service_at_ < cluster_->services.size()) {
        Writer body;
        begin(body);
        body.append(Text(",\"services\":"));
        append_list(body, cluster_->services, service_at_, kServicesAtOnce);
        body.byte('}');
        return ask("DescribeServices", Step::Deployments, static_cast<Writer&&>(body));
      }
    }
    finish();
  }

  void ask_for_definition(Text arn) {
    auto d = std::make_unique<ecs::Definition>();
    d->arn = d->texts.copy(arn);
    definitions_.push_back(static_cast<std::unique_ptr<ecs::Definition>&&>(d));
    Writer body;
    body.append(Text("{\"taskDefinition\":"));
    append_json_text(body, arn);
    body.byte('}');
    ask("DescribeTaskDefinition", Step::Definitions, static_cast<Writer&&>(body));
  }

  bool read_arns(Text answer) {
    yyjson_doc* doc = yyjson_read(answer.data(), answer.size(), 0);
    yyjson_val* list = yyjson_obj_get(yyjson_doc_get_root(doc), "taskArns");
    const bool good = yyjson_is_arr(list);
    yyjson_val* arn;
    size_t i, n;
    yyjson_arr_foreach(list, i, n, arn) {
      if (yyjson_is_str(arn)) arns_.push_back(cluster_->texts.copy(Text(yyjson_get_str(arn), yyjson_get_len(arn))));
    }
    if (doc) yyjson_doc_free(doc);
    return read_token(answer) && good;
  }
  bool read_token(Text answer) {
    yyjson_doc* doc = yyjson_read(answer.data(), answer.size(), 0);
    yyjson_val* token = yyjson_obj_get(yyjson_doc_get_root(doc), "nextToken");
    next_token_.clear();
    if (yyjson_is_str(token)) next_token_.append(Text(yyjson_get_str(token), yyjson_get_len(token)));
    const bool good = doc != nullptr;
    if (doc) yyjson_doc_free(doc);
    return good;
  }

  void give_up(Text why) {
    if (step_ == Step::Definitions && !definitions_.empty() && definitions_.back()->containers.empty())
      definitions_.pop_back();
    runtime_.log->warn("tasks cannot be looked for, and the file with targets stays as it is",
                       {{"component", context_.id}, {"cluster", config_.cluster_name}, {"reason", why}});
    cluster_.reset();
  }

  void finish() {
    Writer file;
    ecs::Skipped skipped;
    const size_t count = ecs::write_targets(*cluster_, config_, skipped, file);
    runtime_.log->debug("targets were found",
                        {{"component", context_.id}, {"tasks", cluster_->tasks.size()}, {"targets", count}});
    if (skipped.without_address > 0)
      runtime_.log->warn("tasks without a network interface of their own are left out",
                         {{"component", context_.id}, {"tasks", skipped.without_address}});
    if (skipped.bad_ports > 0)
      runtime_.log->warn("labels that should hold a port hold none",
                         {{"component", context_.id}, {"containers", skipped.bad_ports}});
    std::erase_if(definitions_, [](const auto& d) { return !d->used; });
    cluster_.reset();
    write(file.bytes());
  }

  // Whoever reads the file finds it whole.
  void write(Bytes content) {
    if (replay_write) return show(content);
    Writer path, beside;
    path.append(view(config_.result_file));
    path.byte(0);
    beside.append(view(config_.result_file));
    beside.append(Text(".new\0", 5));
    const auto* to = reinterpret_cast<const char*>(path.data());
    const auto* first = reinterpret_cast<const char*>(beside.data());
    if (write_to(first, content) && rename(first, to) == 0) return;
    // A file that alone is mounted has no place beside it.
    const int error = errno;
    if (write_to(to, content)) return;
    runtime_.log->error("the file with targets cannot be written",
                        {{"component", context_.id}, {"file", config_.result_file}, {"reason", strerror(error)}});
  }
  static bool write_to(const char* path, Bytes content) {
    const int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0) return false;
    bool good = true;
    while (!content.empty() && good) {
      const ssize_t n = ::write(fd, content.data(), content.size());
      if (n < 0 && errno == EINTR) continue;
      good = n > 0;
      if (good) content = content.subspan(static_cast<size_t>(n));
    }
    return close(fd) == 0 && good;
  }
  void show(Bytes content) {
    Writer line;
    line.append(Text("{\"extension\":"));
    append_json_text(line, view(context_.id));
    line.append(Text(",\"call\":\"write\",\"path\":"));
    append_json_text(line, view(config_.result_file));
    line.append(Text(",\"body\":"));
    append_json_text(line, as_text(content));
    line.append(Text("}\n"));
    replay_write(line.bytes());
  }

  ComponentContext context_;
  Runtime& runtime_;
  const config::EcsObserver& config_;
  AwsClient client_;
  Timer timer_;
  std::unique_ptr<ecs::Cluster> cluster_;  // while a look is on its way
  std::vector<std::unique_ptr<ecs::Definition>> definitions_;
  std::vector<Text> arns_;  // of tasks; in cluster_
  size_t arn_at_ = 0, service_at_ = 0;
  Writer next_token_;
  Step step_ = Step::Tasks;
  bool draining_ = false;
};

}  // namespace
}  // namespace whittle

extern "C" const whittle::ComponentOps extension_ecs_observer_ops = {
    .create = [](const whittle::ComponentContext* context) -> void* { return new whittle::Observer(*context); },
    .start = [](void* self) { return static_cast<whittle::Observer*>(self)->start(); },
    .drain = [](void* self) { static_cast<whittle::Observer*>(self)->drain(); },
    .idle = [](void* self) { return static_cast<whittle::Observer*>(self)->idle(); },
};
