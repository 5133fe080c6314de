// SPDX-License-Identifier: Apache-2.0
// The wiring. A pipeline is a function that calls its stages one after the other: record programs on the spot, then the
// first stage with an instance (a batch), which ends the function; what comes after it is the next function, which the
// instance gets as its way out. Exporters end the last one. A receiver that feeds several pipelines calls each with a
// payload of its own.
#include "compiler/lower/lower.h"

#include "compiler/lower/constants.h"
#include "compiler/lower/record_code.h"

#include <llvm/IR/IRBuilder.h>

namespace whittle::lower {
namespace {

using llvm::Constant;
using llvm::Value;
using plan::Plan;
using plan::StageId;

class ModuleBuilder {
public:
  ModuleBuilder(llvm::Module& module, const Plan& plan, const Target& target)
      : module_(module), context_(module.getContext()), plan_(plan), target_(target), constants_(module), b_(context_) {
    pointer_ = llvm::PointerType::get(context_, 0);
    i32_ = b_.getInt32Ty();
    consumer_ = llvm::StructType::create(context_, {pointer_, pointer_}, "Consumer");
    consume_ = llvm::FunctionType::get(i32_, {pointer_, pointer_}, false);
    auto* outs = llvm::ArrayType::get(consumer_, 3);
    context_type_ = llvm::StructType::create(
        context_, {pointer_, constants_.str_type(), constants_.str_type(), pointer_, outs, constants_.list_type()},
        "ComponentContext");
    need_ = llvm::StructType::create(context_, {constants_.str_type(), constants_.str_type(), constants_.str_type()},
                                     "AwsNeed");
    component_ = llvm::StructType::create(context_, {pointer_, pointer_, i32_, context_type_}, "Component");
  }

  void run(const std::string& version, const std::string& config_hash) {
    for (auto& stage : plan_.stages) {
      instances_.push_back(stage.program
                               ? nullptr
                               : new llvm::GlobalVariable(module_, pointer_, false, llvm::GlobalValue::InternalLinkage,
                                                          constants_.null_pointer(), "instance." + stage.instance->id));
    }
    for (size_t i = 0; i < plan_.pipelines.size(); ++i) build_pipeline(static_cast<plan::PipelineId>(i));
    std::vector<Constant*> components;
    for (size_t i = 0; i < plan_.stages.size(); ++i)
      if (!plan_.stages[i].program) components.push_back(component(static_cast<StageId>(i)));
    std::vector<Constant*> pipelines;
    auto* entry = llvm::StructType::get(context_, {constants_.str_type(), i32_, consumer_});
    for (size_t i = 0; i < plan_.pipelines.size(); ++i)
      pipelines.push_back(llvm::ConstantStruct::get(
          entry, {constants_.text(plan_.pipelines[i].source->name),
                  constants_.integer(static_cast<uint64_t>(plan_.pipelines[i].signal()), 32), consumer(entries_[i])}));
    auto* service = constants_.global(plan_.config->service, "config.service", "service");
    auto* late = llvm::StructType::get(
        context_, {i32_, pointer_, constants_.str_type(), constants_.str_type(), constants_.str_type()});
    std::vector<Constant*> lates;
    for (auto& l : constants_.late)
      lates.push_back(llvm::ConstantStruct::get(late, {constants_.integer(late_kind(*l.value), 32), l.slot,
                                                       constants_.text(l.value->text), constants_.text(l.setting),
                                                       constants_.text(l.value->place)}));
    auto* program = llvm::StructType::get(
        context_, {constants_.str_type(), constants_.str_type(), constants_.str_type(), constants_.list_type(),
                   constants_.list_type(), constants_.list_type(), pointer_, constants_.str_type()});
    auto* value = llvm::ConstantStruct::get(
        program, {constants_.text("whittle"), constants_.text(version), constants_.text(config_hash),
                  constants_.list(component_, components, "components"), constants_.list(late, lates, "late"),
                  constants_.list(entry, pipelines, "pipelines"), service, constants_.text(plan_.drift)});
    new llvm::GlobalVariable(module_, program, true, llvm::GlobalValue::ExternalLinkage, value, "whittle_program");
    for (auto& f : module_) {
      if (f.isDeclaration()) continue;
      f.addFnAttr("target-cpu", target_.cpu);
      if (!target_.features.empty()) f.addFnAttr("target-features", target_.features);
      f.addFnAttr(llvm::Attribute::NoUnwind);
    }
  }

private:
  static uint64_t late_kind(const check::Value& v) {
    switch (v.type->kind) {
    case schema::TypeKind::Bool: return 1;
    case schema::TypeKind::Int: return 2;
    case schema::TypeKind::Double: return 3;
    case schema::TypeKind::Duration: return 4;
    default: return 0;
    }
  }

  std::string symbol(const schema::Component& c, const char* what) {
    return std::string(schema::name_of(c.kind)) + "_" + std::string(c.name) + "_" + what;
  }

  Constant* consumer(llvm::Function* f) {
    return llvm::ConstantStruct::get(
        consumer_, {f ? static_cast<Constant*>(f) : constants_.null_pointer(), constants_.null_pointer()});
  }

  llvm::Function* function(const std::string& name) {
    auto* f = llvm::Function::Create(consume_, llvm::GlobalValue::InternalLinkage, name, module_);
    b_.SetInsertPoint(llvm::BasicBlock::Create(context_, "entry", f));
    return f;
  }

  // A direct call of a stage's consume function on its instance.
  Value* call_stage(StageId id, Value* payload) {
    const plan::Stage& stage = plan_.stages[id];
    auto callee = module_.getOrInsertFunction(symbol(stage.component(), "consume"), consume_);
    return b_.CreateCall(callee, {b_.CreateLoad(pointer_, instances_[id]), payload});
  }

  // Offers the payload to each; the worst answer counts. All but the last get a copy (of the list, not of the bytes).
  template <class Call>
  Value* fan_out(size_t n, Value* payload, Call call) {
    auto clone = module_.getOrInsertFunction("rt_clone", llvm::FunctionType::get(pointer_, {pointer_}, false));
    auto release =
        module_.getOrInsertFunction("rt_release", llvm::FunctionType::get(b_.getVoidTy(), {pointer_}, false));
    Value* worst = b_.getInt32(0);
    for (size_t i = 0; i < n; ++i) {
      bool last = i + 1 == n;
      Value* own = last ? payload : b_.CreateCall(clone, {payload});
      Value* status = call(i, own);
      if (!last) b_.CreateCall(release, {own});
      worst = i == 0 ? status : b_.CreateSelect(b_.CreateICmpUGT(status, worst), status, worst);
    }
    return worst;
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
        auto* program = record_program(module_, constants_, *stage.program,
                                       "program." + p.source->name + "." + stage.instance->id, stage.instance->id);
        auto* type = llvm::FunctionType::get(b_.getInt1Ty(), {pointer_, pointer_}, false);
        auto run = module_.getOrInsertFunction("rt_run_record_program", type);
        llvm::cast<llvm::Function>(run.getCallee())->addRetAttr(llvm::Attribute::ZExt);
        auto *go_on = llvm::BasicBlock::Create(context_, "left", current),
             *nothing = llvm::BasicBlock::Create(context_, "nothing", current);
        b_.CreateCondBr(b_.CreateCall(run, {program, payload}), go_on, nothing);
        b_.SetInsertPoint(nothing);
        b_.CreateRet(b_.getInt32(0));
        b_.SetInsertPoint(go_on);
      } else {
        b_.CreateRet(call_stage(stage_id, payload));
        current = function(name + ".after." + stage.instance->id);
        after_[stage_id] = current;
      }
    }
    b_.CreateRet(fan_out(p.exporters.size(), current->getArg(1),
                         [&](size_t i, Value* payload) { return call_stage(p.exporters[i], payload); }));
    entries_.push_back(entry);
  }

  // What a receiver calls for one signal; null when no pipeline takes it.
  llvm::Function* receiver_out(StageId receiver, schema::Signal signal) {
    std::vector<llvm::Function*> fed;
    for (size_t i = 0; i < plan_.pipelines.size(); ++i) {
      auto& p = plan_.pipelines[i];
      if (p.signal() == signal && std::find(p.receivers.begin(), p.receivers.end(), receiver) != p.receivers.end())
        fed.push_back(entries_[i]);
    }
    if (fed.size() < 2) return fed.empty() ? nullptr : fed[0];
    llvm::Function* f =
        function("receiver." + plan_.stages[receiver].instance->id + "." + std::string(schema::name_of(signal)));
    b_.CreateRet(fan_out(fed.size(), f->getArg(1), [&](size_t i, Value* payload) {
      return b_.CreateCall(fed[i], {constants_.null_pointer(), payload});
    }));
    return f;
  }

  // The AWS actions that the component at `setting` calls.
  Constant* needs(const std::string& setting) {
    std::vector<Constant*> out;
    for (const aws::Need& n : plan_.needs)
      if (n.who == setting)
        out.push_back(llvm::ConstantStruct::get(
            need_, {constants_.text(n.action), constants_.text(n.resource), constants_.text(n.place)}));
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
      if (c.kind == schema::ComponentKind::Receiver) out = receiver_out(id, signal);
      if (stage.pipeline && plan_.pipelines[*stage.pipeline].signal() == signal) out = after_[id];
      outs[s] = consumer(out);
    }
    auto* context = llvm::ConstantStruct::get(
        context_type_,
        {constants_.null_pointer(), constants_.text(stage.instance->id), constants_.text(stage.instance->place), config,
         llvm::ConstantArray::get(llvm::ArrayType::get(consumer_, 3), outs), needs(setting)});
    auto* ops = module_.getOrInsertGlobal(symbol(c, "ops"), pointer_);
    return llvm::ConstantStruct::get(
        component_, {ops, instances_[id], constants_.integer(static_cast<uint64_t>(c.kind), 32), context});
  }

  llvm::Module& module_;
  llvm::LLVMContext& context_;
  const Plan& plan_;
  const Target& target_;
  Constants constants_;
  llvm::IRBuilder<> b_;
  llvm::Type *pointer_, *i32_;
  llvm::StructType *consumer_, *context_type_, *component_, *need_;
  llvm::FunctionType* consume_;
  std::vector<llvm::GlobalVariable*> instances_;  // by stage
  std::vector<llvm::Function*> entries_;          // by pipeline
  std::map<StageId, llvm::Function*> after_;
  std::map<const check::Instance*, llvm::GlobalVariable*> configs_;
};

}  // namespace

std::unique_ptr<llvm::Module> build_module(llvm::LLVMContext& context, const Plan& plan, const Target& target,
                                           const std::string& layout, const std::string& version,
                                           const std::string& config_hash) {
  auto module = std::make_unique<llvm::Module>("whittle", context);
  module->setTargetTriple(llvm::Triple(target.triple));
  module->setDataLayout(layout);
  module->setPICLevel(llvm::PICLevel::BigPIC);
  module->setPIELevel(llvm::PIELevel::Large);
  ModuleBuilder(*module, plan, target).run(version, config_hash);
  return module;
}

}  // namespace whittle::lower
