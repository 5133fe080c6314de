// SPDX-License-Identifier: Apache-2.0
// The wiring. A pipeline is a chain of functions: each hands its payload to a stage, together with the function that
// comes next (a record program offers to it what it leaves) or having given it to the stage's instance as its way out
// (a batch). The last one hands to the exporter, or to a fan-out when there are several; so does a receiver that feeds
// several pipelines. A connector is both: a pipeline hands to it as to an exporter, and it hands to pipelines as a
// receiver does.
#include "compiler/lower/lower.h"

#include "compiler/lower/constants.h"
#include "compiler/lower/layout.h"
#include "compiler/lower/program_code.h"

#include <llvm/IR/IRBuilder.h>

namespace whittle::lower {
namespace {

using llvm::Constant;
using llvm::Value;
using plan::Plan;
using plan::StageId;

// Numbers that the plan's own enums share with abi.h's.
static_assert(static_cast<int>(schema::Signal::Traces) == static_cast<int>(Signal::Traces));
static_assert(static_cast<int>(schema::Signal::Metrics) == static_cast<int>(Signal::Metrics));
static_assert(static_cast<int>(schema::Signal::Logs) == static_cast<int>(Signal::Logs));
static_assert(static_cast<int>(schema::ComponentKind::Receiver) == static_cast<int>(ComponentKind::Receiver));
static_assert(static_cast<int>(schema::ComponentKind::Processor) == static_cast<int>(ComponentKind::Processor));
static_assert(static_cast<int>(schema::ComponentKind::Exporter) == static_cast<int>(ComponentKind::Exporter));
static_assert(static_cast<int>(schema::ComponentKind::Extension) == static_cast<int>(ComponentKind::Extension));
static_assert(static_cast<int>(schema::ComponentKind::Connector) == static_cast<int>(ComponentKind::Connector));
static_assert(std::extent_v<decltype(ComponentContext::out)> == schema::kSignals);

class ModuleBuilder {
public:
  ModuleBuilder(llvm::Module& module, const Plan& plan, const Target& target)
      : module_(module), context_(module.getContext()), plan_(plan), target_(target), constants_(module), b_(context_) {
    pointer_ = llvm::PointerType::get(context_, 0);
    i32_ = b_.getInt32Ty();
    consumer_ = struct_of<Consumer>(module);
    context_type_ = struct_of<ComponentContext>(module);
    need_ = struct_of<AwsNeed>(module);
    branch_ = struct_of<BranchSpec>(module);
    component_ = struct_of<Component>(module);
    consume_ = llvm::FunctionType::get(i32_, {pointer_, pointer_}, false);
  }

  void run(const std::string& version, const std::string& config_hash, uint64_t memory) {
    for (auto& stage : plan_.stages) {
      instances_.push_back(stage.stateless()
                               ? nullptr
                               : new llvm::GlobalVariable(module_, pointer_, false, llvm::GlobalValue::InternalLinkage,
                                                          constants_.null_pointer(), "instance." + stage.instance->id));
    }
    for (size_t i = 0; i < plan_.pipelines.size(); ++i) build_pipeline(static_cast<plan::PipelineId>(i));
    for (size_t i = 0; i < plan_.stages.size(); ++i)
      if (plan_.stages[i].routes) build_routes(static_cast<StageId>(i));
    for (const plan::Conditions& c : plan_.conditions)
      constants_.conditions[c.setting] = conditions_constant(module_, constants_, c.program, "conditions");
    std::vector<Constant*> components;
    for (size_t i = 0; i < plan_.stages.size(); ++i)
      if (!plan_.stages[i].stateless()) components.push_back(component(static_cast<StageId>(i)));
    components.insert(components.end(), extras_.begin(), extras_.end());
    std::vector<Constant*> pipelines;
    auto* entry = struct_of<PipelineEntry>(module_);
    for (size_t i = 0; i < plan_.pipelines.size(); ++i) {
      const auto& receivers = plan_.pipelines[i].receivers;
      bool fed = std::any_of(receivers.begin(), receivers.end(), [&](StageId r) { return !plan_.stages[r].takes; });
      if (!fed) continue;
      pipelines.push_back(struct_value(
          entry, {constants_.text(plan_.pipelines[i].source->name),
                  constants_.integer(static_cast<uint64_t>(plan_.pipelines[i].signal()), 32), consumer(entries_[i])}));
    }
    auto* service = constants_.global(plan_.config->service, "config.service", "service");
    auto* late = struct_of<LateValue>(module_);
    std::vector<Constant*> lates;
    for (auto& l : constants_.late)
      lates.push_back(struct_value(late, {constants_.integer(static_cast<uint64_t>(late_kind(*l.value)), 32), l.slot,
                                          constants_.text(l.value->text), constants_.text(l.setting),
                                          constants_.text(l.value->place)}));
    auto* program = struct_of<Collector>(module_);
    auto* value = struct_value(
        program, {constants_.text("whittle"), constants_.text(version), constants_.text(config_hash),
                  constants_.list(component_, components, "components"), constants_.list(late, lates, "late"),
                  constants_.list(entry, pipelines, "pipelines"), service,
                  constants_.integer(static_cast<uint64_t>(plan_.config->stop_timeout_s) * 1'000'000'000, 64),
                  constants_.integer(static_cast<uint64_t>(plan_.config->linger_ns), 64), constants_.integer(may(), 32),
                  constants_.text(plan_.drift)});
    new llvm::GlobalVariable(module_, program, true, llvm::GlobalValue::ExternalLinkage, value, "whittle_collector");
    llvm::Constant* bytes = constants_.integer(memory, 64);
    new llvm::GlobalVariable(module_, bytes->getType(), true, llvm::GlobalValue::ExternalLinkage, bytes,
                             "whittle_memory");
    for (auto& f : module_) {
      if (f.isDeclaration()) continue;
      f.addFnAttr("target-cpu", target_.cpu);
      if (!target_.features.empty()) f.addFnAttr("target-features", target_.features);
      f.addFnAttr(llvm::Attribute::NoUnwind);
    }
  }

private:
  uint32_t may() const {
    uint32_t bits = plan_.writes_files ? kMayWriteFiles : 0;
    for (const check::Listener& l : plan_.listeners)
      if (!l.socket.empty() || l.port == 0) bits |= kMayUnixSockets;  // or known only at start
    return bits;
  }

  static LateKind late_kind(const check::Value& v) {
    switch (v.type->kind) {
    case schema::TypeKind::Bool: return LateKind::Bool;
    case schema::TypeKind::Int: return LateKind::Int;
    case schema::TypeKind::Double: return LateKind::Double;
    case schema::TypeKind::Duration: return LateKind::Duration;
    case schema::TypeKind::Any: return LateKind::Any;
    default: return LateKind::String;
    }
  }

  std::string symbol(const schema::Component& c, const char* what) {
    return std::string(schema::name_of(c.kind)) + "_" + std::string(c.name) + "_" + what;
  }

  Constant* consumer(llvm::Function* f) {
    return struct_value(consumer_,
                        {f ? static_cast<Constant*>(f) : constants_.null_pointer(), constants_.null_pointer()});
  }

  llvm::Function* function(const std::string& name) {
    auto* f = llvm::Function::Create(consume_, llvm::GlobalValue::InternalLinkage, name, module_);
    b_.SetInsertPoint(llvm::BasicBlock::Create(context_, "entry", f));
    return f;
  }

  // A direct call of a stage's consume function on its instance.
  Value* call_stage(StageId id, Value* payload) {
    const plan::Stage& stage = plan_.stages[id];
    if (stage.routes) return b_.CreateCall(routed(id), {constants_.null_pointer(), payload});
    auto callee = module_.getOrInsertFunction(symbol(stage.component(), "consume"), consume_);
    return b_.CreateCall(callee, {b_.CreateLoad(pointer_, instances_[id]), payload});
  }

  // One way out of a fan-out.
  struct Branch {
    llvm::Function* out;
    std::string name;                    // of the exporter or the pipeline
    std::vector<std::string> exporters;  // that do not get what it loses
  };

  // Ends the function at hand with an offer to every branch, by an instance of the runtime's FanOut (`id` for the log).
  void offer_to_all(const std::string& id, const std::string& place, schema::Signal signal,
                    const std::vector<Branch>& branches, Value* payload) {
    std::vector<Constant*> specs;
    for (const Branch& branch : branches) {
      std::vector<Constant*> exporters;
      for (auto& name : branch.exporters) exporters.push_back(constants_.text(name));
      specs.push_back(struct_value(branch_, {consumer(branch.out), constants_.text(branch.name),
                                             constants_.list(constants_.str_type(), exporters, "exporters")}));
    }
    auto* type = struct_of<FanOutSpec>(module_);
    auto* spec = struct_value(
        type, {constants_.integer(static_cast<uint64_t>(signal), 32), constants_.list(branch_, specs, "branches")});
    auto* config = new llvm::GlobalVariable(module_, type, true, llvm::GlobalValue::PrivateLinkage, spec, "fan_out");
    auto* instance = own_component("rt_fan_out_ops", ComponentKind::FanOut, id, place, config);
    auto callee = module_.getOrInsertFunction("rt_fan_out", consume_);
    b_.CreateRet(b_.CreateCall(callee, {b_.CreateLoad(pointer_, instance), payload}));
  }

  // A component that no config names; gives where its instance will be.
  llvm::GlobalVariable* own_component(const char* ops, ComponentKind kind, const std::string& id,
                                      const std::string& place, Constant* config) {
    auto* instance = new llvm::GlobalVariable(module_, pointer_, false, llvm::GlobalValue::InternalLinkage,
                                              constants_.null_pointer(), "instance." + id);
    Constant* outs[] = {consumer(nullptr), consumer(nullptr), consumer(nullptr)};
    auto* context =
        struct_value(context_type_, {constants_.null_pointer(), constants_.text(id), constants_.text(place), config,
                                     llvm::ConstantArray::get(llvm::ArrayType::get(consumer_, 3), outs),
                                     constants_.list(need_, {}, "needs")});
    extras_.push_back(struct_value(component_, {module_.getOrInsertGlobal(ops, pointer_), instance,
                                                constants_.integer(static_cast<uint64_t>(kind), 32), context}));
    return instance;
  }

  // A consumer function that hands a payload to a stage.
  llvm::Function* stage_consumer(StageId id) {
    llvm::Function*& known = stage_consumers_[id];
    if (!known) {
      known = function("to." + plan_.stages[id].instance->id);
      b_.CreateRet(call_stage(id, known->getArg(1)));
    }
    return known;
  }

  void build_pipeline(plan::PipelineId id) {
    const plan::Pipeline& p = plan_.pipelines[id];
    std::string name = "pipeline." + p.source->name;
    llvm::Function* entry = function(name);
    llvm::Function* current = entry;
    for (StageId stage_id : p.processors) {
      const plan::Stage& stage = plan_.stages[stage_id];
      Value* payload = current->getArg(1);
      if (stage.program) {
        llvm::BasicBlock* here = b_.GetInsertBlock();
        llvm::Function* next = function(name + ".after." + stage.instance->id);
        auto* program = program_constant(
            module_, constants_, *stage.program, "program." + p.source->name + "." + stage.instance->id,
            std::string(schema::plural_of(stage.component().kind)) + "::" + stage.instance->id, consumer(next));
        auto* instance =
            own_component("rt_program_ops", ComponentKind::Program, stage.instance->id, stage.instance->place, program);
        b_.SetInsertPoint(here);
        auto callee = module_.getOrInsertFunction("rt_run_program", consume_);
        b_.CreateRet(b_.CreateCall(callee, {b_.CreateLoad(pointer_, instance), payload}));
        current = next;
      } else {
        b_.CreateRet(call_stage(stage_id, payload));
        current = function(name + ".after." + stage.instance->id);
        after_[stage_id] = current;
      }
      b_.SetInsertPoint(&current->getEntryBlock());
    }
    if (p.exporters.size() == 1) {
      b_.CreateRet(call_stage(p.exporters[0], current->getArg(1)));
    } else {
      std::vector<Branch> branches;
      for (StageId e : p.exporters) {
        const std::string& exporter = plan_.stages[e].instance->id;
        branches.push_back({stage_consumer(e), exporter, {}});
        reached(e, branches.back().exporters);
      }
      b_.SetInsertPoint(&current->getEntryBlock());
      offer_to_all(p.source->name, p.source->place, p.signal(), branches, current->getArg(1));
    }
    entries_.push_back(entry);
  }

  // The exporters that get what this stage is offered.
  void reached(StageId id, std::vector<std::string>& exporters) {
    const plan::Stage& stage = plan_.stages[id];
    if (stage.component().kind != schema::ComponentKind::Connector) {
      if (std::find(exporters.begin(), exporters.end(), stage.instance->id) == exporters.end())
        exporters.push_back(stage.instance->id);
      return;
    }
    for (const plan::Pipeline& p : plan_.pipelines) {
      if (std::find(p.receivers.begin(), p.receivers.end(), id) == p.receivers.end()) continue;
      for (StageId e : p.exporters) reached(e, exporters);
    }
  }

  // What stands where a connector sorts; its body comes when all pipelines have been built.
  llvm::Function* routed(StageId id) {
    llvm::Function*& known = routed_[id];
    if (!known)
      known = llvm::Function::Create(consume_, llvm::GlobalValue::InternalLinkage,
                                     "routes." + plan_.stages[id].instance->id, module_);
    return known;
  }

  // Offers to every route at once, each behind its program.
  void build_routes(StageId id) {
    const plan::Stage& stage = plan_.stages[id];
    const check::Instance& instance = *stage.instance;
    const std::string name = instance.id + "." + std::string(schema::name_of(*stage.takes));
    std::vector<Branch> branches;
    for (size_t n = 0; n < stage.routes->size(); ++n) {
      const plan::Route& route = (*stage.routes)[n];
      const std::string own = "route." + name + "." + std::to_string(n);
      std::vector<Branch> fed;
      std::string to;
      std::vector<std::string> exporters;
      for (size_t i = 0; i < plan_.pipelines.size(); ++i) {
        auto& p = plan_.pipelines[i];
        if (p.signal() != *stage.takes ||
            std::find(route.pipelines.begin(), route.pipelines.end(), p.source->name) == route.pipelines.end())
          continue;
        to += (to.empty() ? "" : ", ") + p.source->name;
        fed.push_back({entries_[i], p.source->name, {}});
        for (StageId e : p.exporters) reached(e, fed.back().exporters), reached(e, exporters);
      }
      if (fed.empty()) continue;
      llvm::Function* next = fed[0].out;
      if (fed.size() > 1) {
        next = function(own + ".to");
        offer_to_all(name + "." + std::to_string(n), instance.place, *stage.takes, fed, next->getArg(1));
      }
      if (!route.program.passes.empty()) {
        auto* program = program_constant(module_, constants_, route.program, "program." + own,
                                         "connectors::" + instance.id, consumer(next));
        auto* state = own_component("rt_program_ops", ComponentKind::Program, instance.id, instance.place, program);
        next = function(own);
        auto callee = module_.getOrInsertFunction("rt_run_program", consume_);
        b_.CreateRet(b_.CreateCall(callee, {b_.CreateLoad(pointer_, state), next->getArg(1)}));
      }
      branches.push_back({next, to, exporters});
    }
    llvm::Function* f = routed(id);
    b_.SetInsertPoint(llvm::BasicBlock::Create(context_, "entry", f));
    if (branches.empty()) b_.CreateRet(b_.getInt32(static_cast<uint32_t>(Status::Invalid)));
    else offer_to_all(name, instance.place, *stage.takes, branches, f->getArg(1));
  }

  // What a receiver or a connector calls for one signal; null when no pipeline takes it.
  llvm::Function* receiver_out(StageId receiver, schema::Signal signal) {
    std::vector<Branch> fed;
    for (size_t i = 0; i < plan_.pipelines.size(); ++i) {
      auto& p = plan_.pipelines[i];
      if (p.signal() != signal || std::find(p.receivers.begin(), p.receivers.end(), receiver) == p.receivers.end())
        continue;
      fed.push_back({entries_[i], p.source->name, {}});
      for (StageId e : p.exporters) reached(e, fed.back().exporters);
    }
    if (fed.size() < 2) return fed.empty() ? nullptr : fed[0].out;
    const check::Instance& instance = *plan_.stages[receiver].instance;
    std::string id = instance.id + "." + std::string(schema::name_of(signal));
    if (plan_.stages[receiver].takes.value_or(signal) != signal)
      id += ".of." + std::string(schema::name_of(*plan_.stages[receiver].takes));
    llvm::Function* f = function("receiver." + id);
    offer_to_all(id, instance.place, signal, fed, f->getArg(1));
    return f;
  }

  // The AWS actions that the component at `setting` calls.
  Constant* needs(const std::string& setting) {
    std::vector<Constant*> out;
    for (const aws::Need& n : plan_.needs)
      if (n.who == setting)
        out.push_back(
            struct_value(need_, {constants_.text(n.action), constants_.text(n.resource), constants_.text(n.place)}));
    return constants_.list(need_, out, "needs");
  }

  Constant* component(StageId id) {
    const plan::Stage& stage = plan_.stages[id];
    const schema::Component& c = stage.component();
    std::string setting = std::string(schema::plural_of(c.kind)) + "::" + stage.instance->id;
    // One config for each definition, however many stages it has.
    auto*& config = configs_[stage.instance];
    if (!config) config = constants_.global(stage.instance->config, "config." + stage.instance->id, setting);
    Constant* outs[3];
    for (int s = 0; s < 3; ++s) {
      llvm::Function* out = nullptr;
      auto signal = static_cast<schema::Signal>(s);
      if (c.kind == schema::ComponentKind::Receiver || c.kind == schema::ComponentKind::Connector)
        out = receiver_out(id, signal);
      if (stage.pipeline && plan_.pipelines[*stage.pipeline].signal() == signal) out = after_[id];
      outs[s] = consumer(out);
    }
    auto* context = struct_value(context_type_,
                                 {constants_.null_pointer(), constants_.text(stage.instance->id),
                                  constants_.text(stage.instance->place), config,
                                  llvm::ConstantArray::get(llvm::ArrayType::get(consumer_, 3), outs), needs(setting)});
    auto* ops = module_.getOrInsertGlobal(symbol(c, "ops"), pointer_);
    return struct_value(component_,
                        {ops, instances_[id], constants_.integer(static_cast<uint64_t>(c.kind), 32), context});
  }

  llvm::Module& module_;
  llvm::LLVMContext& context_;
  const Plan& plan_;
  const Target& target_;
  Constants constants_;
  llvm::IRBuilder<> b_;
  llvm::Type *pointer_, *i32_;
  llvm::StructType *consumer_, *context_type_, *component_, *need_, *branch_;
  llvm::FunctionType* consume_;
  std::vector<llvm::GlobalVariable*> instances_;  // by stage
  std::vector<llvm::Function*> entries_;          // by pipeline
  std::vector<Constant*> extras_;                 // components of the compiler's own: fan-outs, programs
  std::map<StageId, llvm::Function*> stage_consumers_;
  std::map<StageId, llvm::Function*> routed_;  // connectors that sort
  std::map<StageId, llvm::Function*> after_;
  std::map<const check::Instance*, llvm::GlobalVariable*> configs_;
};

}  // namespace

std::unique_ptr<llvm::Module> build_module(llvm::LLVMContext& context, const Plan& plan, const Target& target,
                                           const std::string& layout, const std::string& version,
                                           const std::string& config_hash, uint64_t memory) {
  auto module = std::make_unique<llvm::Module>("whittle", context);
  module->setTargetTriple(llvm::Triple(target.triple));
  module->setDataLayout(layout);
  module->setPICLevel(llvm::PICLevel::BigPIC);
  module->setPIELevel(llvm::PIELevel::Large);
  ModuleBuilder(*module, plan, target).run(version, config_hash, memory);
  return module;
}

}  // namespace whittle::lower
