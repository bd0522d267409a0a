// SPDX-License-Identifier: GPL-2.0-or-later
#include "study/experiment/rig.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "gpupass/apply/end_container.hpp"
#include "gpupass/core/caught.hpp"
#include "gpupass/core/printable.hpp"
#include "gpupass/core/text.hpp"
#include "gpupass/discover/discover.hpp"
#include "gpupass/run/suite.hpp"
#include "gpupass/session/held.hpp"
#include "gpupass/sys/terminal.hpp"
#include "gpupass/virt/find_domain.hpp"

namespace gpupass::study {
namespace {

using Words = std::vector<std::string>;

/// What was borrowed goes back, however the work with it ended: the first of what went wrong, with the rest
/// beside it.
template <class Value>
Result<Value> after_put_back(Result<Value> result, apply::Borrowed& borrowed) {
  const bool interrupted = sys::forget_interrupt();  // it is to go back all the same
  auto back = borrowed.put_back();
  if (!back && result) return Failure(std::move(back).error());
  if (!back) {
    result.error().kind = back.error().kind;
    result.error().also.push_back(std::move(back).error());
  }
  if (interrupted && result) return fail(ErrorKind::system, "interrupted");
  return result;
}

Words joined(Words words, const Words& more) {
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

}  // namespace

bool runs_without_driver(const Words& options) {
  const auto groups = groups_asked_for(options);
  return groups.contains("pci") && std::ranges::all_of(groups, [](const std::string& group) {
           return group == "pci" || group == "processor";
         });
}

std::map<std::string, std::unique_ptr<run::ContainerRuns>> containers_of(session::World& world,
                                                                         session::Requester& requester,
                                                                         const ExperimentRequest& request) {
  std::map<std::string, std::unique_ptr<run::ContainerRuns>> containers;
  for (const auto& arm : planned_arms(request.settings)) {
    if (!arm.is_container()) continue;
    const auto engine = arm.kind == ArmKind::docker   ? container::Engine::docker
                        : arm.kind == ArmKind::podman ? container::Engine::podman
                                                      : container::Engine::lxc;
    containers.emplace(arm.role, run::container_runs(world, requester, {engine, arm.runtime, arm.name},
                                                     request.functions, request.program));
  }
  return containers;
}

Rig::Rig(session::World& world, session::Requester& requester, const ExperimentRequest& request,
         Hypervisor* hypervisor)
    : world_(world),
      requester_(requester),
      request_(request),
      hypervisor_(hypervisor),
      containers_(containers_of(world, requester, request)) {}

Result<void> Rig::begin() {
  const auto guests = guests_of(request_.settings);
  const auto doing =
      guests.empty() ? std::string("bench experiment") : "bench experiment with " + core::enumerate(guests);
  GPUPASS_TRY(session::take_locks(world_, manner(), doing, request_.functions,
                                  guests.empty() ? std::string() : guests.front(), locks_));
  for (std::size_t i = 1; i < guests.size(); ++i)
    GPUPASS_TRY(session::take_locks(world_, manner(), doing, {}, guests[i], locks_));
  for (const auto& [role, container] : containers_)
    GPUPASS_TRY(apply::end_container(world_.host, container->step()));
  return {};
}

/// Its card is in its configuration, and bound for each of its runs.
Result<void> Rig::make_guest() {
  const auto& settings = request_.settings;
  requester_.progress(fmt::format("making {} from {}\n", settings.vm, settings.image));
  GPUPASS_TRY_ASSIGN(prepared_, run::prepare(world_, manner(), request_.create));
  GPUPASS_TRY_ASSIGN(auto plan, run::plan_of(world_, manner(), prepared_, {}));
  GPUPASS_TRY_ASSIGN(guest_, session::borrow(world_, manner(), std::move(plan), hypervisor_, locks_));
  return {};
}

Result<void> Rig::prepare() {
  if (!made()) return {};
  GPUPASS_TRY_ASSIGN(const auto there, virt::find_domain(*hypervisor_, request_.settings.vm));
  if (there) return {};  // an earlier experiment made it, and was told to leave it
  GPUPASS_TRY(make_guest());
  requester_.progress(
      fmt::format("{} starts once, to install what its first start installs … ", request_.settings.vm));
  const auto done = in_guest(request_.settings.vm, [](run::Suite& /*suite*/) { return std::string(); });
  requester_.progress(done ? "done\n" : "\n");
  GPUPASS_TRY(done);
  return {};
}

Result<std::string> Rig::in_guest(const std::string& vm,
                                  const std::function<Result<std::string>(run::Suite&)>& does) {
  constexpr auto k_longest_end = std::chrono::minutes(2);
  const bool ours = made() && vm == request_.settings.vm;
  const auto patience =
      ours ? std::min<std::chrono::milliseconds>(request_.patience, k_longest_end) : request_.patience;
  const StartDomain start{
      vm, names_of(request_.functions),
      static_cast<int>(std::chrono::duration_cast<std::chrono::seconds>(patience).count()), ours};
  GPUPASS_TRY_ASSIGN(
      auto domain, session::open_domain(world_, {.vm = vm, .uri = request_.settings.uri}, request_.patience));
  GPUPASS_TRY_ASSIGN(auto borrowed, session::borrow_run(world_, manner(), domain, start, locks_));
  const auto measured = [&]() -> Result<std::string> {
    GPUPASS_TRY_ASSIGN(const auto suite, run::reach_suite(world_, *hypervisor_, vm, request_.patience));
    GPUPASS_TRY(run::match_program(requester_, *suite, request_.program));
    return does(*suite);
  };
  return after_put_back(core::caught(measured), borrowed);
}

Result<std::string> Rig::run_program(const Words& options) {
  // If we are killed it ends, too: nothing is to run beside what resumes the experiment.
  auto argv = joined({request_.program}, joined(options, {"--format", "json", run::started_now()}));
  GPUPASS_TRY_ASSIGN(const auto end, run::run_here(world_.host, std::move(argv), request_.limit));
  return run::result_of(end, "on the host");
}

Result<Words> Rig::with_card(Words options) const {
  if (request_.functions.empty()) return options;
  const auto& card = request_.functions.front();
  options.push_back("--pci=" + to_string(card));
  // Of several cards it is this one that CUDA is to take. The guest's only one is its first.
  GPUPASS_TRY_ASSIGN(const auto ids, run::pci_ids(world_.host, card));
  if (ids.starts_with("10de:") && !runs_without_driver(options))
    options.push_back("--device=" + to_string(card));
  return options;
}

Result<std::string> Rig::run_on_host(const Words& options) {
  GPUPASS_TRY_ASSIGN(const auto words, with_card(options));
  if (request_.functions.empty() || !runs_without_driver(options)) return run_program(words);
  GPUPASS_TRY_ASSIGN(auto borrowed, session::borrow_binding(world_, manner(), request_.functions, locks_));
  return after_put_back(core::caught([&] { return run_program(words); }), borrowed);
}

Result<std::string> Rig::run_in_guest(const std::string& vm, const Words& options) {
  GPUPASS_TRY_ASSIGN(const auto ids, run::pci_ids(world_.host, request_.functions.front()));
  const auto words = joined(options, {"--pci=" + ids});
  return in_guest(vm, [&](run::Suite& suite) -> Result<std::string> {
    GPUPASS_TRY_ASSIGN(auto run, run::run_in_guest(suite, vm, words, request_.limit));
    return std::move(run.text);
  });
}

Result<std::string> Rig::run_in_container(run::ContainerRuns& container, const Words& options) {
  GPUPASS_TRY_ASSIGN(const auto words, with_card(options));
  GPUPASS_TRY_ASSIGN(
      auto borrowed,
      session::borrow(world_, manner(), plan_run(container.step(), request_.functions), nullptr, locks_));
  return after_put_back(core::caught([&] { return container.run(words, request_.limit); }), borrowed);
}

Result<std::string> Rig::run(const Arm& arm, const Words& options) {
  if (arm.kind == ArmKind::host) return run_on_host(options);
  if (arm.kind == ArmKind::vm) return run_in_guest(arm.name, options);
  return run_in_container(*containers_.at(arm.role), options);
}

/// The guest that stays has the card in its configuration: whoever starts it is to find it recorded.
Result<void> Rig::remember_card() {
  const auto& settings = request_.settings;
  const auto& functions = request_.functions;
  GPUPASS_TRY_ASSIGN(const auto inventory,
                     discover::read_inventory(world_.host, {.holders = false, .serials_of = functions}));
  GPUPASS_TRY_ASSIGN(auto holds, session::current_holds(world_, manner(), inventory, functions));
  const auto facts = session::facts_for(world_, inventory, std::move(holds));
  GPUPASS_TRY_ASSIGN(auto plan, plan_record(facts, settings.vm, settings.uri, functions));
  GPUPASS_TRY(session::carry_out(world_, manner(), std::move(plan), nullptr, locks_, {"recorded"}));
  return {};
}

Result<void> Rig::put_back(bool keep) {
  static_cast<void>(sys::forget_interrupt());
  const bool is_there = made() && hypervisor_->domain(request_.settings.vm).has_value();
  if (!keep || !is_there) return guest_.put_back();
  GPUPASS_TRY(remember_card());
  guest_.keep();
  return {};
}

}  // namespace gpupass::study
