// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/experiment/rig.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <ostream>

#include "cli/experiment/quietly.hpp"
#include "cli/guest/guest.hpp"
#include "cli/guest/suite.hpp"
#include "gpupass/core/printable.hpp"
#include "gpupass/core/text.hpp"
#include "gpupass/discover.hpp"
#include "gpupass/holds.hpp"
#include "gpupass/journal.hpp"
#include "gpupass/session/held.hpp"
#include "gpupass/session/session.hpp"
#include "gpupass/session/templates.hpp"
#include "gpupass/sys/terminal.hpp"
#include "gpupass/sys/wait.hpp"
#include "gpupass/vfio.hpp"

namespace gpupass::cli {
namespace {

using Words = std::vector<std::string>;

constexpr std::chrono::milliseconds k_step = std::chrono::seconds(60);

/// Does `next`, however the first ended: the first of what went wrong, with the rest beside it.
template <class Next>
Result<void> and_always(Result<void> first, Next next) {
  auto second = next();
  if (first) return second;
  if (!second) first.error().also.push_back(std::move(second).error());
  return first;
}

Words joined(Words words, const Words& more) {
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

/// How it ended is all that matters.
Result<void> heard(Result<session::Done> done) {
  GPUPASS_TRY(done);
  return {};
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

Rig::Rig(Context& context, Hypervisor& hypervisor, const ExperimentPlan& plan, Functions functions,
         std::string program, RigTimes times)
    : context_(context),
      quiet_(context.terminal),
      hypervisor_(hypervisor),
      plan_(plan),
      functions_(std::move(functions)),
      program_(std::move(program)),
      times_(times) {}

Result<bool> Rig::guest_exists() {
  const auto state = hypervisor_.domain(plan_.settings.vm);
  if (state) return true;
  if (state.error().kind == ErrorKind::not_found) return false;
  return Failure(state.error());
}

Result<void> Rig::mend() {
  GPUPASS_TRY_ASSIGN(const auto journals, load_journals(context_.host));
  const auto is_ours = [&](const PciAddress& device) { return std::ranges::count(functions_, device) > 0; };
  const bool unfinished = std::ranges::any_of(journals, [&](const JournalRecord& journal) {
    return std::ranges::any_of(journal.plan.devices, is_ours);
  });
  if (unfinished) GPUPASS_TRY(Quietly(context_)(recover, {}));
  GPUPASS_TRY_ASSIGN(const bool there, guest_exists());
  if (there) GPUPASS_TRY(end_guest());
  GPUPASS_TRY(card_home());
  return end_host_run();
}

Result<void> Rig::unbind(const Functions& functions) {
  return heard(session::unbind(context_, manner(), {session::exactly(functions)}));
}

/// A run on the host may have the card on vfio-pci without a guest.
Result<void> Rig::end_host_run() {
  if (!runs_without_driver(plan_.settings.options)) return {};
  GPUPASS_TRY_ASSIGN(const auto holds, session::written_holds(context_.host, functions_));
  Functions bound;
  for (const auto& hold : holds)
    if (hold.owners.empty()) bound.push_back(hold.device);
  return bound.empty() ? Result<void>{} : unbind(bound);
}

Result<void> Rig::make_guest() {
  const auto& settings = plan_.settings;
  Words words{settings.vm, "--image", settings.image, "--connect", settings.uri, "--yes", "--only"};
  for (const auto& function : functions_) words.insert(words.end(), {"--gpu", to_string(function)});
  context_.terminal.err << fmt::format("making {} from {}\n", settings.vm, settings.image) << std::flush;
  return Quietly(context_)(guest_create, joined(words, settings.create));
}

Result<void> Rig::prepare() {
  if (made()) {
    GPUPASS_TRY_ASSIGN(const bool there, guest_exists());
    if (!there) GPUPASS_TRY(make_guest());
    auto& err = context_.terminal.err;
    err << fmt::format("{} starts once, for what its first start installs … ", plan_.settings.vm)
        << std::flush;
    auto done = give_to_guest();
    if (done) done = start_guest();
    if (done) {
      const auto suite = reach_suite(context_, hypervisor_, plan_.settings.vm, times_.guest);
      done = suite ? match_program(context_, **suite, program_) : Result<void>(Failure(suite.error()));
    }
    done = and_always(std::move(done), [this] { return end_guest(); });
    done = and_always(std::move(done), [this] { return card_home(); });
    err << (done ? "done\n" : "\n");
    return done;
  }
  return and_always(give_to_guest(), [this] { return card_home(); });
}

/// Its configuration has the card from the first time on; later only the drivers change.
Result<void> Rig::give_to_guest() {
  return heard(take_cards(context_, manner(), plan_.settings.uri, plan_.settings.vm, functions_));
}

Result<void> Rig::start_guest() {
  return hypervisor_.start(plan_.settings.vm);
}

/// The processes that have the card through vfio.
Result<std::vector<pid_t>> Rig::users_of_card() {
  GPUPASS_TRY_ASSIGN(const auto inventory, discover(context_.host));
  std::vector<pid_t> users;
  for (const auto& holder : inventory.holders) {
    if (is_vfio_node(holder.node) && std::ranges::count(functions_, holder.device) > 0)
      users.push_back(holder.pid);
  }
  return users;
}

/// libvirt calls a guest off while QEMU is still closing its devices. A card that is unbound then is not
/// reset: bochs-drm was seen not to take it back.
Result<void> Rig::wait_until_gone(const std::vector<pid_t>& users) {
  const auto is_there = [&](pid_t user) { return context_.host.look_at(user).has_value(); };
  GPUPASS_TRY_ASSIGN(const bool all_gone,
                     sys::wait_until(k_step, std::chrono::milliseconds(100), [&]() -> Result<bool> {
                       return std::ranges::none_of(users, is_there);
                     }));
  if (all_gone) return {};
  return fail(ErrorKind::timeout, fmt::format("process {} still has {}",
                                              *std::ranges::find_if(users, is_there), names(functions_)));
}

Result<void> Rig::end_guest() {
  GPUPASS_TRY_ASSIGN(const auto users, users_of_card());
  GPUPASS_TRY(stop_or_destroy());
  return wait_until_gone(users);
}

/// A guest of ours that does not end is ended: nothing on its disk is anybody's.
Result<void> Rig::stop_or_destroy() {
  auto ended =
      stop_guest(hypervisor_, plan_.settings.vm, made() ? std::min(times_.guest, 2 * k_step) : times_.guest);
  if (!ended && ended.error().kind == ErrorKind::timeout && made())
    return hypervisor_.destroy(plan_.settings.vm);
  return ended;
}

/// As `gpupass detach` does, but that the guest's configuration keeps its place for it. Not to be
/// interrupted.
Result<void> Rig::card_home() {
  const auto& vm = plan_.settings.vm;
  session::Locks locks;
  GPUPASS_TRY(session::lock(context_, manner(), fmt::format("take back {} from {}", names(functions_), vm),
                            functions_, vm, locks));
  GPUPASS_TRY_ASSIGN(const auto inventory, discover(context_.host, {.holders = false}));
  GPUPASS_TRY_ASSIGN(auto holds, session::written_holds(context_.host, functions_));
  std::erase_if(holds, [&](const Hold& hold) { return !is_for(hold, {vm, plan_.settings.uri}); });
  if (holds.empty()) return {};
  Functions ours;
  for (const auto& hold : holds) ours.push_back(hold.device);
  GPUPASS_TRY_ASSIGN(const auto templates, session::load_templates(context_));
  DomainFacts guest;
  guest.state.name = vm;
  guest.uri = plan_.settings.uri;
  const auto facts = session::facts_for(context_, inventory, std::move(holds));
  GPUPASS_TRY_ASSIGN(const auto way_back, plan_detach(facts, guest, ours, templates));
  Doors doors{context_.host, nullptr, &locks.devices, k_step, {}, {}};
  return apply(way_back, doors);
}

/// The guest that stays has the card in its configuration: whoever starts it is to find it recorded.
Result<void> Rig::remember_card() {
  const auto& settings = plan_.settings;
  session::Locks locks;
  GPUPASS_TRY(session::lock(context_, manner(),
                            fmt::format("remember {} for {}", names(functions_), settings.vm), functions_,
                            settings.vm, locks));
  GPUPASS_TRY_ASSIGN(const auto inventory,
                     discover(context_.host, {.holders = false, .serials_of = functions_}));
  GPUPASS_TRY_ASSIGN(auto holds, session::current_holds(context_, manner(), inventory, functions_));
  const auto facts = session::facts_for(context_, inventory, std::move(holds));
  GPUPASS_TRY_ASSIGN(const auto plan, plan_record(facts, settings.vm, settings.uri, functions_));
  Doors doors{context_.host, nullptr, &locks.devices, k_step, {}, {}};
  return apply(plan, doors);
}

Result<std::string> Rig::run_program(const Words& options) {
  // If we are killed it ends, too: nothing is to run beside what resumes the experiment.
  Program program;
  program.argv = joined({"setpriv", "--pdeathsig", "KILL", "--", program_}, options);
  program.argv.insert(program.argv.end(), {"--format", "json"});
  program.timeout = times_.run;
  const sys::InterruptsEndPrograms stoppable;
  GPUPASS_TRY_ASSIGN(const auto end, context_.host.run(program));
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
  auto words = options;
  words.push_back("--pci=" + to_string(functions_.front()));
  if (!runs_without_driver(options)) {
    // Of several cards it is this one that CUDA is to take. The guest's only one is its first.
    GPUPASS_TRY_ASSIGN(const auto ids, pci_ids(context_, functions_.front()));
    if (ids.starts_with("10de:")) words.push_back("--device=" + to_string(functions_.front()));
    return run_program(words);
  }
  GPUPASS_TRY(session::bind(context_, manner(), {session::exactly(functions_)}));
  auto result = run_program(words);
  const bool interrupted = sys::forget_interrupt();  // it is to go back all the same
  auto back = unbind(functions_);
  if (interrupted && back) return fail(ErrorKind::system, "interrupted");
  if (!back && result) return Failure(std::move(back).error());
  if (!back) result.error().also.push_back(std::move(back).error());
  return result;
}

Result<std::string> Rig::in_started_guest(const Words& options) {
  const auto& vm = plan_.settings.vm;
  GPUPASS_TRY(start_guest());
  GPUPASS_TRY_ASSIGN(const auto suite, reach_suite(context_, hypervisor_, vm, times_.guest));
  GPUPASS_TRY(match_program(context_, *suite, program_));
  GPUPASS_TRY_ASSIGN(const auto ids, pci_ids(context_, functions_.front()));
  auto words = options;
  words.push_back("--pci=" + ids);
  GPUPASS_TRY_ASSIGN(auto run, cli::run_in_guest(*suite, vm, words, times_.run));
  return std::move(run.text);
}

Result<std::string> Rig::run_in_guest(const Words& options) {
  GPUPASS_TRY(give_to_guest());
  auto result = in_started_guest(options);
  auto back = and_always(end_guest(), [this] { return card_home(); });
  if (!back && result) return Failure(std::move(back).error());
  if (!back) result.error().also.push_back(std::move(back).error());
  return result;
}

Result<void> Rig::put_back(bool keep) {
  static_cast<void>(sys::forget_interrupt());
  GPUPASS_TRY_ASSIGN(const bool there, guest_exists());
  auto done = there ? end_guest() : Result<void>{};
  done = and_always(std::move(done), [this] { return card_home(); });
  done = and_always(std::move(done), [this] { return end_host_run(); });
  if (!there || !done) return done;
  const auto& settings = plan_.settings;
  if (made() && !keep)
    return Quietly(context_)(guest_delete, {settings.vm, "--yes", "--connect", settings.uri});
  if (made()) return remember_card();
  if (plan_.had_card) return {};
  return heard(session::detach(
      context_, manner(),
      {{.vm = settings.vm, .uri = settings.uri, .config = true}, session::exactly(functions_).selectors}));
}

}  // namespace gpupass::cli
