// SPDX-License-Identifier: GPL-2.0-or-later
#include "gpupass/study/experiment/experiment.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <ranges>

#include "gpupass/core/caught.hpp"
#include "gpupass/core/json.hpp"
#include "gpupass/core/quantity.hpp"
#include "gpupass/core/text.hpp"
#include "gpupass/discover/discover.hpp"
#include "gpupass/judge/judge.hpp"
#include "gpupass/lock.hpp"
#include "gpupass/report/displaced.hpp"
#include "gpupass/run/suite.hpp"
#include "gpupass/session/consent.hpp"
#include "gpupass/session/held.hpp"
#include "gpupass/session/obstacles.hpp"
#include "gpupass/session/recover.hpp"
#include "gpupass/sys/terminal.hpp"
#include "study/experiment/rig.hpp"

namespace gpupass::study {
namespace fs = std::filesystem;
namespace {

using Words = std::vector<std::string>;

constexpr std::uintmax_t k_room_for_results = std::uintmax_t{256} << 20U;
constexpr std::uintmax_t k_room_for_a_disk = std::uintmax_t{1} << 30U;  // what its first start writes there
constexpr std::uintmax_t k_room_with_driver = std::uintmax_t{4} << 30U;

/// How many cases gpupass-bench can run here. Errors: usage, in its own words, if it does not take these
/// options; unsupported, where none of what was asked for can run.
Result<std::size_t> count_cases(session::World& world, const ExperimentRequest& request) {
  Program list;
  list.argv = {request.program, "--list", "--format", "json"};
  if (!request.settings.functions.empty()) list.argv.push_back("--pci=" + request.settings.functions.front());
  list.argv.insert(list.argv.end(), request.settings.options.begin(), request.settings.options.end());
  GPUPASS_TRY_ASSIGN(const auto end, host_of_files(world).run(list));
  if (end.status != 0) return fail(ErrorKind::usage, std::string(core::trim(end.errors)));
  GPUPASS_TRY_ASSIGN(
      const auto can_run, core::read_json(end.output, "gpupass-bench --list", [](const core::Json& listed) {
        return std::ranges::count_if(listed.at("cases"),
                                     [](const auto& row) { return row.value("missing", "").empty(); });
      }));
  if (can_run > 0) return static_cast<std::size_t>(can_run);
  return fail(ErrorKind::unsupported, "no case of what was asked for can run on this host",
              fmt::format("nothing was changed; `{} --list` says what each lacks", request.program));
}

// ---- what is in the folder ----------------------------------------------------------------

std::string plan_path(const ExperimentRequest& request) {
  return request.folder + "/plan.json";
}

/// Half of the runs of one card and half of another would be compared; and nobody agreed to that one.
Result<void> refuse_another_card(const ExperimentPlan& plan, const Inventory& inventory,
                                 const std::string& folder) {
  for (const auto& [function, identity] : plan.identities) {
    if (presence_of(identity, function, inventory) == Presence::there) continue;
    return fail(ErrorKind::refused,
                fmt::format("{}: {}. {} is an experiment with the {} that was at this address; {}",
                            to_string(function), report::what_is_there(inventory, function, identity), folder,
                            ids_text(identity), report::where_it_is(inventory, identity)),
                "nothing was changed; begin a new experiment with --out, and see `gpupass status` for what "
                "this one left behind");
  }
  return {};
}

/// Nothing is in the folder but what a write of its plan left that was killed: the next one takes that away.
bool has_nothing(const std::string& folder) {
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    if (!entry.path().filename().string().starts_with(".plan.json.gpupass-")) return false;
  }
  return !error;
}

/// The plan that is there, or a new one.
Result<ExperimentPlan> plan_of(session::World& world, const ExperimentRequest& request,
                               const Inventory& inventory) {
  if (!fs::exists(plan_path(request))) {
    if (fs::exists(request.folder) && !has_nothing(request.folder))
      return fail(ErrorKind::refused,
                  fmt::format("{} is there, and does not belong to an experiment", request.folder),
                  "nothing was changed; name another folder with --out");
    ExperimentPlan plan{request.settings, request.seed, core::iso_time(world.host.now()), GPUPASS_VERSION,
                        random_order(roles_of(request.settings), request.settings.blocks, request.seed)};
    for (const auto& function : request.functions)
      plan.identities.emplace(function, identity_of(inventory, *inventory.find(function)));
    return plan;
  }
  GPUPASS_TRY_ASSIGN(const auto text, read_input(plan_path(request)));
  auto plan = plan_from_json(text);
  if (!plan) return within(request.folder, std::move(plan).error());
  const auto other = difference(plan->settings, request.settings);
  if (other.empty()) {
    GPUPASS_TRY(refuse_another_card(*plan, inventory, request.folder));
    return plan;
  }
  return fail(ErrorKind::refused, fmt::format("{} belongs to another experiment: {}", request.folder, other),
              "nothing was changed; name another folder with --out, or give the options of that experiment");
}

/// Those whose result is not there. A file that is there but is no result is an error: it is not ours to
/// remove.
Result<std::vector<PlannedRun>> missing_runs(const ExperimentRequest& request, const ExperimentPlan& plan) {
  std::vector<PlannedRun> missing;
  for (const auto& run : plan.runs) {
    const auto file = request.folder + "/" + run.file();
    if (!fs::exists(file)) {
      missing.push_back(run);
      continue;
    }
    GPUPASS_TRY(load_runs({file}));
  }
  return missing;
}

// ---- refusals, before anything is touched -------------------------------------------------

std::uintmax_t room_at(fs::path path) {
  while (!fs::exists(path) && path.has_parent_path() && path != path.parent_path()) path = path.parent_path();
  std::error_code error;
  return fs::space(path, error).available;
}

Result<void> refuse_without_room(const ExperimentRequest& request) {
  if (room_at(request.folder) < k_room_for_results)
    return fail(
        ErrorKind::refused,
        fmt::format("{}: fewer than {} are free", request.folder, core::size_text(k_room_for_results)),
        "nothing was changed; name another folder with --out");
  if (request.settings.image.empty()) return {};
  const auto& [folder, driver] = std::tie(request.create.folder, request.create.driver);
  const auto disks = folder.empty() ? run::k_images : folder;
  const auto room = driver.empty() || driver == "none" ? k_room_for_a_disk : k_room_with_driver;
  if (room_at(disks) < room)
    return fail(ErrorKind::refused, fmt::format("{}: fewer than {} are free", disks, core::size_text(room)),
                "nothing was changed; the guest's disk grows there: name another folder with --folder");
  return {};
}

/// The card's runs on the host are with the driver that it has now.
Result<void> refuse_held(const session::World& world, const ExperimentRequest& request, bool is_kept) {
  GPUPASS_TRY_ASSIGN(const auto holds, session::written_holds(world.host, request.functions));
  for (const auto& hold : holds) {
    if (is_kept && is_for(hold, {request.settings.vm, request.settings.uri})) continue;
    return fail(ErrorKind::busy,
                fmt::format("{} {}", to_string(hold.device),
                            hold.owners.empty() ? "was taken from its driver by `gpupass bind`"
                                                : "belongs to " + core::enumerate(owner_names(hold))),
                fmt::format("nothing was changed; {} first", return_commands(hold)));
  }
  return {};
}

/// A guest of the user's own is off, and something in it could run the suite.
Result<void> check_domain(Hypervisor& hypervisor, const std::string& vm) {
  GPUPASS_TRY_ASSIGN(const auto state, hypervisor.domain(vm));
  if (state.running)
    return fail(ErrorKind::busy, fmt::format("{} is running", state.name),
                "nothing was changed; the experiment starts it for each of its runs: shut it down first");
  GPUPASS_TRY_ASSIGN(const auto xml, hypervisor.xml(state.name, DomainView::config));
  return run::refuse_without_a_way(state.name, xml);
}

/// Where CUDA is to measure it on the host, a driver of the host's has it.
Result<void> refuse_without_driver(const ExperimentRequest& request, const Inventory& inventory) {
  if (request.functions.empty()) return {};
  const auto& card = *inventory.find(request.functions.front());
  const auto driver = card.driver.value_or("no driver");
  if (runs_without_driver(request.settings.options) || (card.driver && driver != "vfio-pci")) return {};
  return fail(
      ErrorKind::refused,
      fmt::format("{} is on {}: on the host nothing of CUDA could use it", to_string(card.address), driver),
      fmt::format("nothing was changed; `gpupass bind {} --driver nvidia` gives it to its driver, and "
                  "`--group pci --group processor` needs none",
                  to_string(card.address)));
}

/// A guest that an experiment made, and --keep left.
bool has_kept_guest(Hypervisor& hypervisor, const ExperimentSettings& settings) {
  if (settings.image.empty()) return false;
  const auto xml = hypervisor.xml(settings.vm, DomainView::config);
  if (!xml) return false;
  const auto mark = guest_mark(*xml);
  return mark && mark->has_value();
}

// ---- doing it -----------------------------------------------------------------------------

/// What attaching the card to a guest would refuse, and making one.
Result<void> refuse_guests(session::World& world, const ExperimentRequest& request, Hypervisor& hypervisor,
                           bool kept) {
  const auto& settings = request.settings;
  session::Agreed unheard;
  const session::Manner looking{unheard, true};
  for (const auto& vm : guests_of(settings)) {
    if (vm == settings.vm && !settings.image.empty()) continue;
    GPUPASS_TRY(check_domain(hypervisor, vm));
    GPUPASS_TRY(session::attach(world, looking,
                                {{.vm = vm, .uri = settings.uri, .config = true},
                                 session::exactly(request.functions),
                                 false,
                                 false}));
  }
  if (settings.image.empty() || kept) return {};
  GPUPASS_TRY_ASSIGN(const auto guest, run::prepare(world, looking, request.create));
  return run::create(world, looking, guest).map([](const auto&) {});
}

/// Only one experiment at a time has containers, so it is ours to end.
bool runs_container(const Plan& plan) {
  return std::ranges::any_of(plan.steps,
                             [](const Step& step) { return std::holds_alternative<RunContainer>(step); });
}

/// What an experiment that was killed left with this card or guest, or as a container, the newest first.
Result<std::vector<JournalRecord>> left_by_killed(const session::World& world,
                                                  const ExperimentRequest& request) {
  GPUPASS_TRY_ASSIGN(auto journals, load_journals(world.host));
  auto guests = guests_of(request.settings);
  if (guests.empty()) guests.emplace_back();
  std::erase_if(journals, [&](const JournalRecord& journal) {
    return !runs_container(journal.plan) && std::ranges::all_of(guests, [&](const std::string& vm) {
      return session::shared_with(journal.plan, names_of(request.functions), vm).empty();
    });
  });
  std::ranges::reverse(journals);
  return journals;
}

Result<void> undo_killed(session::World& world, session::Requester& requester,
                         const ExperimentRequest& request) {
  GPUPASS_TRY_ASSIGN(const auto journals, left_by_killed(world, request));
  if (!journals.empty()) requester.progress("undoing what the interrupted experiment left\n");
  for (const auto& journal : journals) {
    const auto report = session::recover(world, {requester}, journal);
    if (report.error && report.outcome != Recovery::undone) return Failure(*report.error);
  }
  return {};
}

Words options_of(const PlannedRun& run, const ExperimentPlan& plan) {
  Words options{"--role=" + run.role, fmt::format("--block={}", run.block),
                fmt::format("--order={}", run.order),
                fmt::format("--seed={}", plan.seed + static_cast<std::uint64_t>(run.block))};
  options.insert(options.end(), plan.settings.options.begin(), plan.settings.options.end());
  return options;
}

Result<void> run_all(session::World& world, session::Requester& requester, Rig& rig,
                     const ExperimentRequest& request, const Experiment& experiment) {
  Pace pace;
  const auto& plan = experiment.plan;
  const auto arms = planned_arms(plan.settings);
  auto missing = experiment.missing;
  while (!missing.empty()) {
    const auto run = missing.front();
    const auto begun = std::chrono::steady_clock::now();
    requester.progress(fmt::format("run {} of {}: block {}, {} … ", plan.runs.size() - missing.size() + 1,
                                   plan.runs.size(), run.block, run.role));
    const auto options = options_of(run, plan);
    const auto result = rig.run(*std::ranges::find(arms, run.role, &Arm::role), options);
    if (!result) requester.progress("\n");
    GPUPASS_TRY(result);
    GPUPASS_TRY(world.host.write_output(request.folder + "/" + run.file(), *result));
    missing.erase(missing.begin());
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begun;
    pace.took(run.role, took.count());
    const auto left =
        missing.empty() ? "" : fmt::format("; about {} left", duration_text(pace.left(missing)));
    requester.progress(duration_text(took.count()) + left + "\n");
  }
  return {};
}

/// One at a time with a guest, and one that has containers.
Result<std::vector<Lock>> lock_experiment(session::World& world, const ExperimentRequest& request) {
  std::vector<Lock> locks;
  const auto take = [&](const std::string& name, const std::string& with) -> Result<void> {
    GPUPASS_TRY_ASSIGN(auto lock, Lock::acquire(world.host, "bench-" + name, "bench experiment with " + with,
                                                std::chrono::seconds(0)));
    locks.push_back(std::move(lock));
    return {};
  };
  const auto arms = planned_arms(request.settings);
  if (std::ranges::any_of(arms, &Arm::is_container)) GPUPASS_TRY(take("containers", "containers"));
  for (const auto& vm : guests_of(request.settings)) GPUPASS_TRY(take(vm, vm));
  return locks;
}

/// The work, and then everything back whatever came of it.
Result<void> measure(session::World& world, session::Requester& requester, Rig& rig,
                     const ExperimentRequest& request, const Experiment& experiment) {
  auto done = core::caught([&] { return rig.prepare(); });
  if (done) done = core::caught([&] { return run_all(world, requester, rig, request, experiment); });
  auto back = core::caught([&] { return rig.put_back(request.keep); });
  if (back) return done;
  back.error().kind = ErrorKind::partial;
  if (done) return back;
  done.error().kind = ErrorKind::partial;
  done.error().also.push_back(std::move(back).error());
  return done;
}

}  // namespace

SideFiles Experiment::files(const std::string& folder) const {
  SideFiles all;
  for (const auto& role : roles_of(plan.settings)) {
    auto& files = all.emplace_back();
    for (const auto& run : plan.runs) {
      if (run.role == role) files.push_back(folder + "/" + run.file());
    }
  }
  return all;
}

double Experiment::guessed_seconds() const {
  constexpr double k_quick = 1;
  constexpr double k_whole = 10;     // seconds that a case takes with all its sizes
  constexpr double k_guest = 60;     // its start and its end
  constexpr double k_container = 2;  // the same
  const auto arms = planned_arms(plan.settings);
  const bool quick = std::ranges::count(plan.settings.options, "--quick") > 0;
  const double run = static_cast<double>(cases) * (quick ? k_quick : k_whole);
  double seconds = 0;
  for (const auto& one : missing) {
    const auto& arm = *std::ranges::find(arms, one.role, &Arm::role);
    seconds += run + (arm.kind == ArmKind::vm ? k_guest : arm.is_container() ? k_container : 0);
  }
  return seconds;
}

Result<Experiment> look(session::World& world, const ExperimentRequest& request) {
  GPUPASS_TRY_ASSIGN(const auto inventory, discover::read_inventory(world.host, {.holders = false}));
  Experiment experiment;
  GPUPASS_TRY_ASSIGN(experiment.cases, count_cases(world, request));
  GPUPASS_TRY_ASSIGN(experiment.plan, plan_of(world, request, inventory));
  GPUPASS_TRY_ASSIGN(experiment.missing, missing_runs(request, experiment.plan));
  GPUPASS_TRY_ASSIGN(const auto left, left_by_killed(world, request));
  experiment.was_killed = !left.empty();
  return experiment;
}

Result<void> refuse_what_cannot_be(session::World& world, const session::Manner& manner,
                                   const ExperimentRequest& request, const Experiment& experiment) {
  const auto& settings = request.settings;
  GPUPASS_TRY(refuse_without_room(request));
  // What a killed one left is not in the way of its own going on.
  if (experiment.was_killed) return {};
  const auto guests = guests_of(settings);
  std::unique_ptr<Hypervisor> hypervisor;
  if (!guests.empty()) {
    GPUPASS_TRY_ASSIGN(hypervisor, world.connect(settings.uri, request.patience));
  }
  const bool kept = hypervisor && has_kept_guest(*hypervisor, settings);
  GPUPASS_TRY_ASSIGN(const auto inventory, discover::read_inventory(world.host));
  GPUPASS_TRY(refuse_held(world, request, kept));
  GPUPASS_TRY(refuse_without_driver(request, inventory));
  for (const auto& [role, container] : containers_of(world, manner.requester, request))
    GPUPASS_TRY(container->check());
  if (guests.empty()) return {};
  GPUPASS_TRY(refuse_guests(world, request, *hypervisor, kept));
  return session::consent(manner, judge::obstacles(inventory, {request.functions}, Occasion::attach));
}

Result<void> carry_out(session::World& world, session::Requester& requester, const ExperimentRequest& request,
                       const Experiment& experiment) {
  const auto guests = guests_of(request.settings);
  std::unique_ptr<Hypervisor> hypervisor;
  if (!guests.empty()) {
    GPUPASS_TRY_ASSIGN(hypervisor, world.connect(request.settings.uri, request.patience));
  }
  GPUPASS_TRY_ASSIGN(const auto locks, lock_experiment(world, request));
  sys::catch_interrupts();
  sys::outlive_readers();
  std::error_code error;
  fs::create_directories(request.folder, error);
  if (error) return fail(ErrorKind::system, fmt::format("make {}: {}", request.folder, error.message()));
  GPUPASS_TRY(world.host.write_output(plan_path(request), to_json(experiment.plan)));
  GPUPASS_TRY(undo_killed(world, requester, request));
  Rig rig(world, requester, request, hypervisor.get());
  GPUPASS_TRY(rig.begin());
  auto done = measure(world, requester, rig, request, experiment);
  if (!done) {
    auto& hint = done.error().hint;
    hint += (hint.empty() ? "" : "\n  ") + std::string("what was measured is in ") + request.folder +
            "; the same command continues from there";
  }
  return done;
}

}  // namespace gpupass::study
