// SPDX-License-Identifier: GPL-2.0-or-later
// `gpupass guest bench VM`: the suite in a guest, its results on the host.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <ostream>

#include "cli/bench.hpp"
#include "cli/bench_answer.hpp"
#include "cli/bench_forms.hpp"
#include "cli/caught.hpp"
#include "cli/guest/guest.hpp"
#include "cli/guest/suite.hpp"
#include "gpupass/core/text.hpp"
#include "gpupass/lock.hpp"
#include "gpupass/sys/terminal.hpp"

namespace gpupass::cli {
namespace fs = std::filesystem;
namespace {

using Words = std::vector<std::string>;

struct Options {
  GuestOptions guest{.vm = {}, .timeout = std::chrono::seconds(900)};
  int runs = 1;
  std::string folder;
  Words compare_with;
  std::string report;
  bool quick = false;
  std::string pci;
  std::string program;
  int limit = 7200;  // seconds
  bool keep_running = false;
  bool yes = false;
  ComparisonOptions comparison;
};

Syntax syntax(const Context& context, Options& options) {
  Syntax syntax(
      "gpupass guest bench VM [options] [-- OPTION of gpupass-bench…]",
      "Runs gpupass-bench in a guest and brings its results here: starts the guest if it is off, puts the\n"
      "host's gpupass-bench there if it has another one, and leaves the guest as it was. Exit status: as\n"
      "`gpupass bench compare` with --compare-with; else 0, or 1 where an output was wrong.");
  syntax.option("runs", options.runs, "N", "runs, one after the other");
  syntax.option("out", options.folder, "FOLDER", "where the results go; else VM and the time");
  syntax.option("compare-with", options.compare_with, "PATH",
                "runs of the host, a file or a folder, to compare with; may be repeated");
  syntax.option("output,o", options.report, "FILE", "write a report: *.html, *.md, *.csv, *.json, *.txt");
  syntax.flag("quick", options.quick, "fewer sizes and samples: says whether it works, not what it costs");
  syntax.option(
      "pci", options.pci, "ADDRESS|IDS",
      "the function that the group pci measures, as the guest sees it; else the guest's first of the host's");
  syntax.option("program", options.program, "FILE", "which gpupass-bench; else the one beside gpupass");
  syntax.option("limit", options.limit, "S", "how long a run may last");
  syntax.flag("keep-running", options.keep_running, "leave a guest that was started for it running");
  syntax.flag("yes,y", options.yes,
              "agree to what a person at a terminal would be asked at the guest's start");
  add_comparison_options(syntax, options.comparison);
  add_guest(syntax, context, options.guest);
  return syntax;
}

struct Wanted {
  GuestOptions guest;
  int runs = 1;
  std::string folder;
  std::string program;
  Words compare_with;
  std::string report;
  Words options;  // for gpupass-bench
  std::chrono::milliseconds limit;
};

Result<Words> options_for_suite(const Options& asked, const Words& more) {
  GPUPASS_TRY(refuse_own(more, {}));
  Words options{"--role", "guest"};
  for (const auto& group : asked.comparison.groups) options.push_back("--group=" + group);
  for (const auto& filter : asked.comparison.filters) options.push_back("--filter=" + filter);
  if (asked.quick) options.emplace_back("--quick");
  if (!asked.pci.empty()) options.push_back("--pci=" + asked.pci);
  options.insert(options.end(), more.begin(), more.end());
  return options;
}

/// Everything that can be wrong with what was asked is said before a guest is started.
Result<Wanted> read_wanted(Context& context, const Options& options, const Words& more) {
  Wanted wanted;
  wanted.guest = options.guest;
  wanted.runs = options.runs;
  if (options.runs < 1 || options.limit < 1)
    return fail(ErrorKind::usage, "--runs and --limit are at least 1");
  wanted.limit = std::chrono::seconds(options.limit);
  wanted.report = options.report;
  if (!wanted.report.empty()) GPUPASS_TRY(check_report(wanted.report));
  GPUPASS_TRY(comparison_settings(options.comparison));
  wanted.compare_with = options.compare_with;
  GPUPASS_TRY(check_side(wanted.compare_with));
  wanted.program = options.program.empty() ? bench_program().value_or("gpupass-bench") : options.program;
  if (!fs::exists(wanted.program))
    return fail(ErrorKind::not_found, fmt::format("there is no {}", wanted.program),
                "--program names gpupass-bench; it is built and installed with gpupass");
  GPUPASS_TRY_ASSIGN(wanted.options, options_for_suite(options, more));
  auto now = core::iso_time(context.host.now());
  std::erase_if(now, [](char c) { return c == ':' || c == '-'; });
  wanted.folder = options.folder.empty() ? wanted.guest.vm + "-" + now : options.folder;
  if (fs::exists(wanted.folder))
    return fail(ErrorKind::refused, fmt::format("{} is there already", wanted.folder),
                "nothing was done; name a new folder with --out");
  return wanted;
}

/// One of gpupass's guests with its card bound; anybody else's domain as it stands.
Result<void> start(Context& context, const Wanted& wanted, DomainLife& domains, const DomainState& state,
                   const std::string& xml, bool yes) {
  GPUPASS_TRY_ASSIGN(const auto mark, guest_mark(xml));
  if (!mark) return domains.start(state.name);
  Words words{state.name, "--connect", wanted.guest.uri};
  if (yes) words.emplace_back("--yes");
  GPUPASS_TRY(guest_start(context, words));
  return {};
}

Result<void> measure(Context& context, const Wanted& wanted, Hypervisor& hypervisor, bool& all_right) {
  const auto& vm = wanted.guest.vm;
  auto& err = context.terminal.err;
  err << fmt::format("waiting for {} … ", vm) << std::flush;
  const auto suite = reach_suite(context, hypervisor, vm, wanted.guest.timeout);
  if (!suite) {
    err << "\n";
    return Failure(suite.error());
  }
  err << fmt::format("it answers ({})\n", (*suite)->way());
  GPUPASS_TRY(match_program(context, **suite, wanted.program));
  auto options = wanted.options;
  const bool named = std::ranges::any_of(options, [](const auto& word) { return word.starts_with("--pci"); });
  if (!named) {
    GPUPASS_TRY_ASSIGN(const auto xml, hypervisor.xml(vm, DomainView::live));
    GPUPASS_TRY_ASSIGN(const auto ids, pci_in_guest(context, xml));
    if (!ids.empty()) options.push_back("--pci=" + ids);
  }
  for (int number = 1; number <= wanted.runs; ++number) {
    const auto begun = std::chrono::steady_clock::now();
    err << fmt::format("run {} of {} … ", number, wanted.runs) << std::flush;
    GPUPASS_TRY_ASSIGN(const auto run, run_in_guest(**suite, vm, options, wanted.limit));
    const auto file = fmt::format("{}/run-{:03}.json", wanted.folder, number);
    GPUPASS_TRY(context.host.write_output(file, run.text));
    all_right = all_right && run.all_right;
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begun;
    err << fmt::format("{} s{}\n", static_cast<int>(took.count()),
                       run.all_right ? "" : ", and not all of its output was right");
    context.terminal.out << file << "\n";
  }
  return {};
}

}  // namespace

Result<int> guest_bench(Context& context, const Words& arguments) {
  const auto [ours, more] = split_words(arguments);
  Options options;
  GPUPASS_TRY_ASSIGN(const bool go, parse(context, syntax(context, options), ours));
  if (!go) return 0;
  GPUPASS_TRY(context.host.changeable());
  GPUPASS_TRY_ASSIGN(auto wanted, read_wanted(context, options, more));
  GPUPASS_TRY_ASSIGN(const auto hypervisor, context.connect(wanted.guest.uri, wanted.guest.timeout));
  GPUPASS_TRY_ASSIGN(const auto state, hypervisor->domain(wanted.guest.vm));
  wanted.guest.vm = state.name;
  GPUPASS_TRY_ASSIGN(const auto lock, Lock::acquire(context.host, "bench-" + state.name,
                                                    "guest bench " + state.name, std::chrono::seconds(0)));
  sys::catch_interrupts();
  sys::outlive_readers();
  GPUPASS_TRY_ASSIGN(const auto xml,
                     hypervisor->xml(state.name, state.persistent ? DomainView::config : DomainView::live));
  GPUPASS_TRY(refuse_without_a_way(state.name, xml));
  std::error_code error;
  fs::create_directories(wanted.folder, error);
  if (error) return fail(ErrorKind::system, fmt::format("make {}: {}", wanted.folder, error.message()));
  Result<void> measured;
  if (!state.running)
    measured = caught([&] { return start(context, wanted, *hypervisor, state, xml, options.yes); });
  const bool started = !state.running && measured;
  bool all_right = true;
  if (measured) measured = caught([&] { return measure(context, wanted, *hypervisor, all_right); });
  if (started && !options.keep_running) {
    auto stopped = stop_guest(*hypervisor, state.name, wanted.guest.timeout);
    if (!stopped && measured) return Failure(std::move(stopped).error());
    if (!stopped) measured.error().also.push_back(std::move(stopped).error());
  }
  fs::remove(wanted.folder, error);  // where nothing came to be in it
  GPUPASS_TRY(measured);
  const Sides sides =
      wanted.compare_with.empty() ? Sides{{wanted.folder}, {}} : Sides{wanted.compare_with, {wanted.folder}};
  GPUPASS_TRY_ASSIGN(const int status, answer(context, sides, options.comparison, wanted.report));
  return status != 0 || all_right ? status : 1;
}

}  // namespace gpupass::cli
