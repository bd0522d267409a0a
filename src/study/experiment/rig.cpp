// SPDX-License-Identifier: GPL-2.0-or-later
#include "study/experiment/rig.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "gpupass/core/caught.hpp"
#include "gpupass/core/printable.hpp"
#include "gpupass/core/text.hpp"
#include "gpupass/discover.hpp"
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
Result<Value> after_put_back(Result<Value> result, Borrowed& borrowed) {
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

std::string group_of(const std::string& option) {
  constexpr std::string_view k_group = "--group=";
  return option.starts_with(k_group) ? option.substr(k_group.size()) : "";
}

}  // namespace

bool runs_without_driver(const Words& options) {
  bool pci = false;
  for (const auto& option : options) {
    const auto group = group_of(option);
    pci = pci || group == "pci";
    if (!group.empty() && group != "pci" && group != "processor") return false;
  }
  return pci;
}

Rig::Rig(session::World& world, session::Requester& requester, const ExperimentRequest& request,
         Hypervisor& hypervisor)
    : world_(world), requester_(requester), request_(request), hypervisor_(hypervisor) {}

Result<void> Rig::begin() {
  const auto& vm = request_.settings.vm;
  return session::lock(world_, manner(), "bench experiment with " + vm, request_.functions, vm, locks_);
}

/// Its card is in its configuration, and bound for each of its runs.
Result<void> Rig::make_guest() {
  const auto& settings = request_.settings;
  requester_.progress(fmt::format("making {} from {}\n", settings.vm, settings.image));
  GPUPASS_TRY_ASSIGN(prepared_, run::prepare(world_, manner(), request_.create));
  GPUPASS_TRY_ASSIGN(auto plan, run::plan_of(world_, manner(), prepared_, {}));
  GPUPASS_TRY_ASSIGN(guest_, session::borrow(world_, manner(), std::move(plan), &hypervisor_, locks_));
  return {};
}

Result<void> Rig::prepare() {
  if (!made()) return {};
  GPUPASS_TRY_ASSIGN(const auto there, find_domain(hypervisor_, request_.settings.vm));
  if (there) return {};  // an earlier experiment made it, and was told to leave it
  GPUPASS_TRY(make_guest());
  requester_.progress(
      fmt::format("{} starts once, for what its first start installs … ", request_.settings.vm));
  const auto done = in_guest([](run::Suite& /*suite*/) { return std::string(); });
  requester_.progress(done ? "done\n" : "\n");
  GPUPASS_TRY(done);
  return {};
}

Result<std::string> Rig::in_guest(const std::function<Result<std::string>(run::Suite&)>& does) {
  const auto& vm = request_.settings.vm;
  constexpr auto k_longest_end = std::chrono::minutes(2);
  const auto patience =
      made() ? std::min<std::chrono::milliseconds>(request_.patience, k_longest_end) : request_.patience;
  const StartDomain start{
      vm, request_.functions,
      static_cast<int>(std::chrono::duration_cast<std::chrono::seconds>(patience).count()), made()};
  GPUPASS_TRY_ASSIGN(
      auto domain, session::open_domain(world_, {.vm = vm, .uri = request_.settings.uri}, request_.patience));
  GPUPASS_TRY_ASSIGN(auto borrowed, session::borrow_run(world_, manner(), domain, start, locks_));
  const auto measured = [&]() -> Result<std::string> {
    GPUPASS_TRY_ASSIGN(const auto suite, run::reach_suite(world_, hypervisor_, vm, request_.patience));
    GPUPASS_TRY(run::match_program(requester_, *suite, request_.program));
    return does(*suite);
  };
  return after_put_back(core::caught(measured), borrowed);
}

Result<std::string> Rig::run_program(const Words& options) {
  // If we are killed it ends, too: nothing is to run beside what resumes the experiment.
  Program program;
  program.argv = joined({"setpriv", "--pdeathsig", "KILL", "--", request_.program}, options);
  program.argv.insert(program.argv.end(), {"--format", "json"});
  program.timeout = request_.limit;
  const sys::InterruptsEndPrograms stoppable;
  GPUPASS_TRY_ASSIGN(const auto end, world_.host.run(program));
  if (sys::interrupted()) return fail(ErrorKind::system, "interrupted");  // a Ctrl+C reaches the program, too
  const auto run = bench::run_from_json(end.output);
  const bool nothing_measured = end.status == exit_code(ErrorKind::unsupported);
  if (end.output.empty() || end.status > 1)
    return fail(nothing_measured ? ErrorKind::unsupported : ErrorKind::system,
                fmt::format("gpupass-bench on the host ended with {}: {}", end.status,
                            core::printable(core::trim(end.errors))));
  if (!run) return within("the host's result", run.error());
  return end.output;
}

Result<std::string> Rig::run_on_host(const Words& options) {
  const auto& card = request_.functions.front();
  auto words = options;
  words.push_back("--pci=" + to_string(card));
  if (runs_without_driver(options)) {
    GPUPASS_TRY_ASSIGN(auto borrowed, session::borrow_binding(world_, manner(), request_.functions, locks_));
    return after_put_back(core::caught([&] { return run_program(words); }), borrowed);
  }
  // Of several cards it is this one that CUDA is to take. The guest's only one is its first.
  GPUPASS_TRY_ASSIGN(const auto ids, run::pci_ids(world_.host, card));
  if (ids.starts_with("10de:")) words.push_back("--device=" + to_string(card));
  return run_program(words);
}

Result<std::string> Rig::run_in_guest(const Words& options) {
  GPUPASS_TRY_ASSIGN(const auto ids, run::pci_ids(world_.host, request_.functions.front()));
  const auto words = joined(options, {"--pci=" + ids});
  return in_guest([&](run::Suite& suite) -> Result<std::string> {
    GPUPASS_TRY_ASSIGN(auto run, run::run_in_guest(suite, request_.settings.vm, words, request_.limit));
    return std::move(run.text);
  });
}

/// The guest that stays has the card in its configuration: whoever starts it is to find it recorded.
Result<void> Rig::remember_card() {
  const auto& settings = request_.settings;
  const auto& functions = request_.functions;
  GPUPASS_TRY_ASSIGN(const auto inventory,
                     discover(world_.host, {.holders = false, .serials_of = functions}));
  GPUPASS_TRY_ASSIGN(auto holds, session::current_holds(world_, manner(), inventory, functions));
  const auto facts = session::facts_for(world_, inventory, std::move(holds));
  GPUPASS_TRY_ASSIGN(auto plan, plan_record(facts, settings.vm, settings.uri, functions));
  GPUPASS_TRY(session::carry_out(world_, manner(), std::move(plan), nullptr, locks_, {"recorded"}));
  return {};
}

Result<void> Rig::put_back(bool keep) {
  static_cast<void>(sys::forget_interrupt());
  const bool is_there = made() && hypervisor_.domain(request_.settings.vm).has_value();
  if (!keep || !is_there) return guest_.put_back();
  GPUPASS_TRY(remember_card());
  guest_.keep();
  return {};
}

}  // namespace gpupass::study
