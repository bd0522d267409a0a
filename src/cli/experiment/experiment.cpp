// SPDX-License-Identifier: GPL-2.0-or-later
// `gpupass bench experiment`: a card measured on the host and in a guest, in turns, and compared.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <map>
#include <ostream>

#include "cli/bench.hpp"
#include "cli/bench_answer.hpp"
#include "cli/bench_forms.hpp"
#include "cli/caught.hpp"
#include "cli/experiment/quietly.hpp"
#include "cli/experiment/rig.hpp"
#include "cli/guest/files.hpp"
#include "cli/guest/guest.hpp"
#include "cli/guest/suite.hpp"
#include "cli/selection.hpp"
#include "gpupass/bench/machine/sha256.hpp"
#include "gpupass/core/json.hpp"
#include "gpupass/core/quantity.hpp"
#include "gpupass/core/text.hpp"
#include "gpupass/discover.hpp"
#include "gpupass/holds.hpp"
#include "gpupass/lock.hpp"
#include "gpupass/report/displaced.hpp"
#include "gpupass/session/consent.hpp"
#include "gpupass/session/held.hpp"
#include "gpupass/session/obstacles.hpp"
#include "gpupass/session/session.hpp"
#include "gpupass/sys/terminal.hpp"

namespace gpupass::cli {
namespace fs = std::filesystem;
namespace {

using Words = std::vector<std::string>;

constexpr const char* k_guest_of_ours = "gpupass-experiment";
constexpr std::uintmax_t k_room_for_results = std::uintmax_t{256} << 20U;
constexpr std::uintmax_t k_room_for_a_disk = std::uintmax_t{1} << 30U;  // what its first start writes there
constexpr std::uintmax_t k_room_with_driver = std::uintmax_t{4} << 30U;

// What `gpupass guest create` is told beside the image and the card.
struct CreateOption {
  const char* name;
  const char* value;
};
constexpr std::array k_create_words = {
    CreateOption{"memory", "SIZE"},    CreateOption{"vcpus", "N"},     CreateOption{"profile", "NAME|FILE"},
    CreateOption{"disk-size", "SIZE"}, CreateOption{"network", "NET"}, CreateOption{"user-data", "FILE"},
    CreateOption{"driver", "SOURCE"},  CreateOption{"folder", "DIR"}};
constexpr std::array k_create_lists = {CreateOption{"ssh-key", "FILE"}, CreateOption{"packages", "NAME"}};

struct Options {
  std::optional<Selector> gpu;
  session::Selection what;  // besides the card
  std::string image, domain;
  int blocks = 10;
  std::string folder = "experiment";
  std::string report;
  std::optional<std::uint64_t> seed;
  bool quick = false;
  std::string program;
  int limit = 7200;  // seconds
  bool keep = false;
  bool dry_run = false;
  bool yes = false;
  std::map<std::string, std::string> create_words;  // by option of `gpupass guest create`
  std::map<std::string, Words> create_lists;
  ComparisonOptions comparison;
  GuestOptions guest{.vm = {}, .timeout = std::chrono::seconds(1800)};
};

Syntax syntax(const Context& context, Options& options) {
  Syntax syntax(
      "gpupass bench experiment --gpu SELECTOR --image IMG|--domain VM [options] [-- OPTION of "
      "gpupass-bench…]",
      "Measures what passing a card through costs: in each block, in random order, a run on the host and\n"
      "one in a guest that was started for it and has the card. Then compares, and reports. Said again, the\n"
      "same command goes on where an interruption stopped it. Exit status: as `gpupass bench compare`.");
  syntax.option("gpu", options.gpu, "SELECTOR", "the card");
  syntax.option("with", options.what.with, "BDF", "also this other member of its IOMMU group");
  add_only(syntax, options.what);
  syntax.option("image", options.image, "IMG", "make the guest from this cloud image");
  syntax.option("domain", options.domain, "VM", "or use this one of yours, which is off");
  syntax.option("blocks", options.blocks, "N", "how many blocks, of two runs each");
  syntax.option("out", options.folder, "FOLDER", "where the plan and the results are kept");
  syntax.option("output,o", options.report, "FILE", "the report; else FOLDER/report.html");
  syntax.option("seed", options.seed, "N", "of the order; else one from the clock");
  syntax.flag("quick", options.quick, "fewer sizes and samples: says whether it works, not what it costs");
  syntax.option("program", options.program, "FILE", "which gpupass-bench; else the one beside gpupass");
  syntax.option("limit", options.limit, "S", "how long a run may last");
  syntax.flag("keep", options.keep, "leave the guest that was made");
  syntax.flag("dry-run,n", options.dry_run, "print the plan, and change nothing");
  syntax.flag("yes,y", options.yes, "agree to what a person at a terminal would be asked");
  const char* const k_text = "as for `gpupass guest create`";
  for (const auto& [name, value] : k_create_words)
    syntax.option(name, options.create_words[name], value, k_text);
  for (const auto& [name, value] : k_create_lists)
    syntax.option(name, options.create_lists[name], value, k_text);
  add_comparison_options(syntax, options.comparison);
  add_guest_options(syntax, context, options.guest);
  return syntax;
}

struct Wanted {
  ExperimentSettings settings;
  Functions functions;
  std::string folder;  // absolute
  std::string program;
  std::string report;
  std::uint64_t seed = 0;
  RigTimes times;
  ChangeOptions change;
  bool keep = false;
};

Words create_words(const Options& options) {
  Words words;
  for (const auto& [name, value] : k_create_words) {
    const auto& word = options.create_words.at(name);
    if (!word.empty()) words.push_back(fmt::format("--{}={}", name, word));
  }
  for (const auto& [name, value] : k_create_lists) {
    for (const auto& word : options.create_lists.at(name))
      words.push_back(fmt::format("--{}={}", name, word));
  }
  return words;
}

/// For both sides. Without groups, those that the card can do: all where CUDA may know it, else those that
/// need no CUDA.
Words options_for_suite(const Options& asked, const Words& more, const Device& card) {
  constexpr std::uint16_t k_nvidia = 0x10de;
  Words options;
  auto groups = asked.comparison.groups;
  if (groups.empty() && card.vendor != k_nvidia) groups = {"pci", "processor"};
  for (const auto& word : groups) options.push_back("--group=" + word);
  for (const auto& word : asked.comparison.filters) options.push_back("--filter=" + word);
  if (asked.quick) options.emplace_back("--quick");
  options.insert(options.end(), more.begin(), more.end());
  return options;
}

/// How many cases gpupass-bench can run here. Errors: usage, in its own words, where it does not take these
/// options; unsupported, where none of what was asked for can run.
Result<std::size_t> count_cases(Context& context, const Wanted& wanted) {
  Program list;
  list.argv = {wanted.program, "--list", "--format", "json", "--pci=" + wanted.settings.functions.front()};
  list.argv.insert(list.argv.end(), wanted.settings.options.begin(), wanted.settings.options.end());
  GPUPASS_TRY_ASSIGN(const auto end, host_of_files(context).run(list));
  if (end.status != 0) return fail(ErrorKind::usage, std::string(core::trim(end.errors)));
  GPUPASS_TRY_ASSIGN(
      const auto can_run, core::read_json(end.output, "gpupass-bench --list", [](const core::Json& listed) {
        return std::ranges::count_if(listed.at("cases"),
                                     [](const auto& row) { return row.value("missing", "").empty(); });
      }));
  if (can_run > 0) return static_cast<std::size_t>(can_run);
  return fail(ErrorKind::unsupported, "no case of what was asked for can run on this host",
              fmt::format("nothing was changed; `{} --list` says what each lacks", wanted.program));
}

Result<void> check_words(const Options& options) {
  const bool image = !options.image.empty();
  const bool domain = !options.domain.empty();
  if (!options.gpu)
    return fail(ErrorKind::usage, "no card is named", "--gpu SELECTOR; `gpupass list` shows them");
  if (image == domain)
    return fail(ErrorKind::usage, image ? "--image and --domain are both given" : "which guest?",
                "--image IMG makes one from a cloud image, --domain VM takes one of yours");
  if (domain && !create_words(options).empty())
    return fail(ErrorKind::usage, "--domain is a guest that is there: nothing is made",
                create_words(options).front() + " goes with --image");
  if (options.blocks < 1 || options.blocks > 1000)
    return fail(ErrorKind::usage, fmt::format("--blocks {}: 1 to 1000", options.blocks));
  if (options.limit < 1) return fail(ErrorKind::usage, "--limit and --timeout are at least 1");
  GPUPASS_TRY(comparison_settings(options.comparison));
  return {};
}

Result<Wanted> read_wanted(Context& context, const Options& options, const Words& more,
                           const Inventory& inventory) {
  GPUPASS_TRY(check_words(options));
  GPUPASS_TRY(refuse_own(more, {"--block", "--order", "--seed", "--pci", "--device"}));
  Wanted wanted;
  auto& settings = wanted.settings;
  wanted.folder = absolute(options.folder);
  wanted.report = options.report.empty() ? wanted.folder + "/report.html" : options.report;
  if (!options.report.empty()) GPUPASS_TRY(check_report(wanted.report));
  wanted.program =
      options.program.empty() ? bench_program().value_or("gpupass-bench") : absolute(options.program);
  GPUPASS_TRY_ASSIGN(const auto program, read_program(wanted.program));
  settings.program_sha256 = bench::sha256(program);
  auto selection = options.what;
  selection.selectors = {*options.gpu};
  GPUPASS_TRY_ASSIGN(wanted.functions, session::functions_of(inventory, selection));
  for (const auto& function : wanted.functions) settings.functions.push_back(to_string(function));
  settings.image = options.image.empty() ? "" : absolute(options.image);
  settings.vm = settings.image.empty() ? options.domain : k_guest_of_ours;
  settings.uri = options.guest.uri;
  settings.create = create_words(options);
  settings.blocks = options.blocks;
  settings.options = options_for_suite(options, more, *inventory.find(wanted.functions.front()));
  wanted.seed =
      options.seed.value_or(static_cast<std::uint64_t>(context.host.now().time_since_epoch().count()));
  wanted.times = {options.guest.timeout, std::chrono::seconds(options.limit)};
  wanted.change.dry_run = options.dry_run;
  wanted.change.yes = options.yes;
  wanted.keep = options.keep;
  return wanted;
}

// ---- what is in the folder ----------------------------------------------------------------

std::string plan_path(const Wanted& wanted) {
  return wanted.folder + "/plan.json";
}
/// There while a guest may be running or the card may be away: an experiment that ends, well or not, removes
/// it.
std::string mark_path(const Wanted& wanted) {
  return wanted.folder + "/under-way";
}

/// Half of the runs of one card and half of another would be compared; and nobody agreed to that one.
Result<void> refuse_another_card(const ExperimentPlan& plan, const Inventory& inventory,
                                 const std::string& folder) {
  for (const auto& [function, identity] : plan.identities) {
    if (presence_of(identity, function, inventory) == Presence::there) continue;
    return fail(
        ErrorKind::refused,
        fmt::format("{}: {}. {} is an experiment with the {} that was there; {}", to_string(function),
                    report::what_is_there(inventory, function, identity), folder, ids_text(identity),
                    report::where_it_is(inventory, identity)),
        "nothing was changed; begin a new experiment with --out, and see `gpupass status` for what this "
        "one left");
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
Result<ExperimentPlan> plan_of(Context& context, const Wanted& wanted, const Inventory& inventory) {
  if (!fs::exists(plan_path(wanted))) {
    if (fs::exists(wanted.folder) && !has_nothing(wanted.folder))
      return fail(ErrorKind::refused, fmt::format("{} is there, and is no experiment's", wanted.folder),
                  "nothing was changed; name another folder with --out");
    ExperimentPlan plan{wanted.settings, wanted.seed, core::iso_time(context.host.now()),
                        GPUPASS_VERSION, false,       random_order(wanted.settings.blocks, wanted.seed)};
    for (const auto& function : wanted.functions)
      plan.identities.emplace(function, identity_of(inventory, *inventory.find(function)));
    return plan;
  }
  GPUPASS_TRY_ASSIGN(const auto text, read_input(plan_path(wanted)));
  auto plan = plan_from_json(text);
  if (!plan) return within(wanted.folder, std::move(plan).error());
  const auto other = difference(plan->settings, wanted.settings);
  if (other.empty()) {
    GPUPASS_TRY(refuse_another_card(*plan, inventory, wanted.folder));
    return plan;
  }
  return fail(ErrorKind::refused, fmt::format("{} is another experiment's: {}", wanted.folder, other),
              "nothing was changed; name another folder with --out, or say what was said then");
}

/// Those whose result is not there. A file that is there but is no result is an error: it is not ours to
/// remove.
Result<std::vector<PlannedRun>> missing_runs(const Wanted& wanted, const ExperimentPlan& plan) {
  std::vector<PlannedRun> missing;
  for (const auto& run : plan.runs) {
    const auto file = wanted.folder + "/" + run.file();
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

Result<void> refuse_without_room(const Wanted& wanted, const Options& options) {
  if (room_at(wanted.folder) < k_room_for_results)
    return fail(ErrorKind::refused,
                fmt::format("{}: fewer than {} are free", wanted.folder, core::size_text(k_room_for_results)),
                "nothing was changed; name another folder with --out");
  if (wanted.settings.image.empty()) return {};
  const auto& folder = options.create_words.at("folder");
  const auto& driver = options.create_words.at("driver");
  const auto disks = folder.empty() ? k_images : folder;
  const auto room = driver.empty() || driver == "none" ? k_room_for_a_disk : k_room_with_driver;
  if (room_at(disks) < room)
    return fail(ErrorKind::refused, fmt::format("{}: fewer than {} are free", disks, core::size_text(room)),
                "nothing was changed; the guest's disk grows there: name another folder with --folder");
  return {};
}

/// The card's runs on the host are with the driver that it has now.
Result<void> refuse_held(Context& context, const Wanted& wanted) {
  GPUPASS_TRY_ASSIGN(const auto holds, session::written_holds(context.host, wanted.functions));
  for (const auto& hold : holds) {
    return fail(ErrorKind::busy,
                fmt::format("{} {}", to_string(hold.device),
                            hold.owners.empty() ? "was taken from its driver by `gpupass bind`"
                                                : "belongs to " + core::enumerate(owner_names(hold))),
                fmt::format("nothing was changed; {} first", return_commands(hold)));
  }
  return {};
}

/// The user's own guest: off, and whether it has the card.
Result<bool> look_at_domain(DomainStore& domains, const Wanted& wanted) {
  GPUPASS_TRY_ASSIGN(const auto state, domains.domain(wanted.settings.vm));
  if (state.running)
    return fail(ErrorKind::busy, fmt::format("{} is running", state.name),
                "nothing was changed; the experiment starts it for each of its runs: shut it down first");
  GPUPASS_TRY_ASSIGN(const auto xml, domains.xml(state.name, DomainView::config));
  GPUPASS_TRY(refuse_without_a_way(state.name, xml));
  GPUPASS_TRY_ASSIGN(const auto functions, hostdev_functions(xml));
  return std::ranges::count(functions, wanted.functions.front()) > 0;
}

/// A guest that this experiment made, and --keep left.
bool is_kept(DomainStore& domains, const std::string& vm) {
  const auto xml = domains.xml(vm, DomainView::config);
  if (!xml) return false;
  const auto mark = guest_mark(*xml);
  return mark && mark->has_value();
}

/// Where CUDA is to measure it on the host, a driver of the host's has it.
Result<void> refuse_without_driver(const Wanted& wanted, const Inventory& inventory) {
  const auto& card = *inventory.find(wanted.functions.front());
  const auto driver = card.driver.value_or("no driver");
  if (runs_without_driver(wanted.settings.options) || (card.driver && driver != "vfio-pci")) return {};
  return fail(
      ErrorKind::refused,
      fmt::format("{} is on {}: on the host nothing of CUDA could use it", to_string(card.address), driver),
      fmt::format("nothing was changed; `gpupass bind {} --driver nvidia` gives it to its driver, and "
                  "`--group pci --group processor` needs none",
                  to_string(card.address)));
}

/// What would stop a later step, as far as a look can tell; a person is asked at the end, once for all runs.
Result<void> check_new(Context& context, DomainStore& domains, const Wanted& wanted,
                       const Inventory& inventory, ExperimentPlan& plan) {
  const auto& settings = wanted.settings;
  GPUPASS_TRY(refuse_held(context, wanted));
  GPUPASS_TRY(refuse_without_driver(wanted, inventory));
  Quietly quietly(context, Quietly::Progress::unheard);
  if (settings.image.empty()) {
    GPUPASS_TRY_ASSIGN(plan.had_card, look_at_domain(domains, wanted));
    session::Agreed unheard;
    GPUPASS_TRY(take_cards(context, {unheard, true}, settings.uri, settings.vm, wanted.functions));
  } else if (!fs::exists(plan_path(wanted)) || !is_kept(domains, settings.vm)) {
    Words words{settings.vm,  "--image",   settings.image, "--connect",
                settings.uri, "--dry-run", "--yes",        "--only"};
    for (const auto& function : wanted.functions) words.insert(words.end(), {"--gpu", to_string(function)});
    words.insert(words.end(), settings.create.begin(), settings.create.end());
    GPUPASS_TRY(quietly(guest_create, words));
  }
  Teller teller(context.terminal, wanted.change);
  return session::consent(teller.manner(), obstacles(inventory, {wanted.functions}, Occasion::attach));
}

// ---- doing it -----------------------------------------------------------------------------

/// From counts of cases, not from anything measured: the first block tells more.
double guessed_seconds(const Wanted& wanted, const std::vector<PlannedRun>& runs, std::size_t cases) {
  constexpr double k_quick = 1;
  constexpr double k_whole = 10;  // seconds that a case takes with all its sizes
  constexpr double k_start = 60;  // of a guest, with its end
  const bool quick = std::ranges::count(wanted.settings.options, "--quick") > 0;
  const double run = static_cast<double>(cases) * (quick ? k_quick : k_whole);
  double seconds = 0;
  for (const auto& one : runs) seconds += run + (one.role == "guest" ? k_start : 0);
  return seconds;
}

void print_plan(std::ostream& out, const Wanted& wanted, const ExperimentPlan& plan,
                const std::vector<PlannedRun>& missing, std::size_t cases) {
  const auto& settings = plan.settings;
  out << fmt::format("would measure {} on the host and in {}{}, {} cases a run:\n",
                     core::enumerate(settings.functions), settings.vm,
                     settings.image.empty() ? "" : " made from " + settings.image, cases);
  for (const auto& run : plan.runs) {
    const bool there = std::ranges::find(missing, run) == missing.end();
    if (run.order == 1)
      out << fmt::format("  block {:>2}: {}", run.block, run.role) << (there ? " (there)" : "");
    if (run.order == 2) out << fmt::format(", then {}", run.role) << (there ? " (there)" : "") << "\n";
  }
  out << fmt::format("seed {}; results in {}, the report in {}\n", plan.seed, wanted.folder, wanted.report)
      << fmt::format("roughly {}, with 60 s for each start of a guest; the first block will tell\n",
                     duration_text(guessed_seconds(wanted, missing, cases)))
      << "nothing was changed\n";
}

Words options_of(const PlannedRun& run, const ExperimentPlan& plan) {
  Words options{"--role=" + run.role, fmt::format("--block={}", run.block),
                fmt::format("--order={}", run.order),
                fmt::format("--seed={}", plan.seed + static_cast<std::uint64_t>(run.block))};
  options.insert(options.end(), plan.settings.options.begin(), plan.settings.options.end());
  return options;
}

Result<void> run_all(Context& context, Rig& rig, const Wanted& wanted, const ExperimentPlan& plan,
                     std::vector<PlannedRun> missing) {
  auto& err = context.terminal.err;
  Pace pace;
  while (!missing.empty()) {
    const auto run = missing.front();
    const auto begun = std::chrono::steady_clock::now();
    err << fmt::format("run {} of {}: block {}, {} … ", plan.runs.size() - missing.size() + 1,
                       plan.runs.size(), run.block, run.role)
        << std::flush;
    const auto options = options_of(run, plan);
    const auto result = run.role == "host" ? rig.run_on_host(options) : rig.run_in_guest(options);
    if (!result) {
      err << "\n";
      return Failure(result.error());
    }
    GPUPASS_TRY(context.host.write_output(wanted.folder + "/" + run.file(), *result));
    missing.erase(missing.begin());
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begun;
    pace.took(run.role, took.count());
    err << duration_text(took.count());
    if (!missing.empty()) err << fmt::format("; about {} left", duration_text(pace.left(missing)));
    err << "\n";
  }
  return {};
}

Result<void> carry_out(Context& context, Hypervisor& hypervisor, const Wanted& wanted,
                       const ExperimentPlan& plan, const std::vector<PlannedRun>& missing) {
  std::error_code error;
  fs::create_directories(wanted.folder, error);
  if (error) return fail(ErrorKind::system, fmt::format("make {}: {}", wanted.folder, error.message()));
  GPUPASS_TRY(context.host.write_output(plan_path(wanted), to_json(plan)));
  Rig rig(context, hypervisor, plan, wanted.functions, wanted.program, wanted.times);
  const bool was_killed = fs::exists(mark_path(wanted));
  GPUPASS_TRY(context.host.write_output(mark_path(wanted), ""));
  Result<void> done;
  if (was_killed) {
    context.terminal.err << "putting right what the interrupted experiment left\n" << std::flush;
    done = caught([&] { return rig.mend(); });
  }
  if (done && !missing.empty()) done = caught([&] { return rig.prepare(); });
  if (done) done = caught([&] { return run_all(context, rig, wanted, plan, missing); });
  auto back = caught([&] { return rig.put_back(wanted.keep); });
  if (back) {
    // All is put back; the next one only looks once more.
    if (auto removed = remove_output(mark_path(wanted)); !removed)
      context.terminal.err << "note: it was done, but " << describe(removed.error()) << "\n";
  } else {
    back.error().kind = ErrorKind::partial;
    if (done) return back;
    done.error().kind = ErrorKind::partial;
    done.error().also.push_back(std::move(back).error());
  }
  if (!done) {
    auto& hint = done.error().hint;
    hint += (hint.empty() ? "" : "\n  ") + std::string("what was measured is in ") + wanted.folder +
            "; the same command goes on from there";
  }
  return done;
}

Sides sides_of(const Wanted& wanted, const ExperimentPlan& plan) {
  Sides sides;
  for (const auto& run : plan.runs)
    (run.role == "host" ? sides.baseline : sides.candidate).push_back(wanted.folder + "/" + run.file());
  return sides;
}

}  // namespace

Result<int> bench_experiment(Context& context, const Words& arguments) {
  const auto [ours, more] = split_words(arguments);
  Options options;
  GPUPASS_TRY_ASSIGN(const bool go, parse(context, syntax(context, options), ours));
  if (!go) return 0;
  if (!options.dry_run) GPUPASS_TRY(session::refuse_captured(context.host));
  GPUPASS_TRY_ASSIGN(const auto inventory, discover(context.host));
  GPUPASS_TRY_ASSIGN(const auto wanted, read_wanted(context, options, more, inventory));
  GPUPASS_TRY_ASSIGN(const auto cases, count_cases(context, wanted));
  GPUPASS_TRY_ASSIGN(auto plan, plan_of(context, wanted, inventory));
  GPUPASS_TRY_ASSIGN(const auto missing, missing_runs(wanted, plan));
  // One that was killed with its last result there has not put back.
  if (!missing.empty() || fs::exists(mark_path(wanted))) {
    GPUPASS_TRY_ASSIGN(const auto hypervisor, context.connect(wanted.settings.uri, wanted.times.guest));
    GPUPASS_TRY(refuse_without_room(wanted, options));
    // What a killed one left is not in the way of its own going on.
    if (!fs::exists(mark_path(wanted))) GPUPASS_TRY(check_new(context, *hypervisor, wanted, inventory, plan));
    if (wanted.change.dry_run) {
      print_plan(context.terminal.out, wanted, plan, missing, cases);
      return 0;
    }
    const auto vm = wanted.settings.vm;
    GPUPASS_TRY_ASSIGN(
        const auto lock,
        Lock::acquire(context.host, "bench-" + vm, "bench experiment with " + vm, std::chrono::seconds(0)));
    sys::catch_interrupts();
    sys::outlive_readers();
    GPUPASS_TRY(carry_out(context, *hypervisor, wanted, plan, missing));
  }
  return answer(context, sides_of(wanted, plan), options.comparison, wanted.report);
}

}  // namespace gpupass::cli
