// SPDX-License-Identifier: GPL-2.0-or-later
// `gpupass guest bench VM`: the suite in a guest, its results on the host.
#include <ostream>

#include "cli/bench.hpp"
#include "cli/bench_files.hpp"
#include "cli/guest/guest.hpp"
#include "gpupass/run/measure.hpp"
#include "gpupass/run/suite.hpp"

namespace gpupass::cli {
namespace {

using Words = std::vector<std::string>;

struct GuestBenchOptions {
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
  study::ComparisonWords comparison;
};

Syntax syntax(const Context& context, GuestBenchOptions& options) {
  Syntax syntax(
      "gpupass guest bench VM [options] [-- OPTION of gpupass-bench…]",
      "Runs gpupass-bench in a guest and brings its results here: starts the guest if it is off, copies the\n"
      "host's gpupass-bench into it if it differs, and leaves the guest as it was. Exit status: as\n"
      "`gpupass bench compare` with --compare-with; else 0, or 1 if an output was wrong.");
  syntax.option("runs", options.runs, "N", "runs, one after the other");
  syntax.option("out", options.folder, "FOLDER", "the folder for the results; else VM and the time");
  syntax.option("compare-with", options.compare_with, "PATH",
                "runs of the host, a file or a folder, to compare with; may be repeated");
  syntax.option("output,o", options.report, "FILE", "write a report: *.html, *.md, *.csv, *.json, *.txt");
  syntax.flag("quick", options.quick,
              "use fewer sizes and samples: shows whether it works, not what it costs");
  syntax.option(
      "pci", options.pci, "ADDRESS|IDS",
      "the function that the group pci measures, as the guest sees it; else the guest's first of the host's");
  syntax.option("program", options.program, "FILE", "the gpupass-bench to run; else the one beside gpupass");
  syntax.option("limit", options.limit, "S", "how long a run may last");
  syntax.flag("keep-running", options.keep_running, "leave a guest that was started for it running");
  syntax.flag("yes,y", options.yes,
              "agree to what a person at a terminal would be asked at the guest's start");
  add_comparison_options(syntax, options.comparison);
  add_guest(syntax, context, options.guest);
  return syntax;
}

Result<Words> options_for_suite(const GuestBenchOptions& asked, const Words& more) {
  GPUPASS_TRY(run::refuse_own(more, {}));
  Words options{"--role", "guest"};
  for (const auto& group : asked.comparison.groups) options.push_back("--group=" + group);
  for (const auto& filter : asked.comparison.filters) options.push_back("--filter=" + filter);
  if (asked.quick) options.emplace_back("--quick");
  if (!asked.pci.empty()) options.push_back("--pci=" + asked.pci);
  options.insert(options.end(), more.begin(), more.end());
  return options;
}

Result<run::MeasureRequest> request_of(const Context& context, const GuestBenchOptions& options,
                                       const Words& more) {
  run::MeasureRequest request;
  request.guest = options.guest.choice();
  request.runs = options.runs;
  request.limit = std::chrono::seconds(options.limit);
  request.keep_running = options.keep_running;
  if (!options.report.empty()) GPUPASS_TRY(study::check_report(options.report));
  GPUPASS_TRY(study::settings_of(options.comparison));
  GPUPASS_TRY(study::check_side(options.compare_with));
  request.program =
      options.program.empty() ? run::bench_program().value_or("gpupass-bench") : options.program;
  GPUPASS_TRY_ASSIGN(request.options, options_for_suite(options, more));
  request.folder =
      options.folder.empty() ? run::results_folder(request.guest.vm, context.host.now()) : options.folder;
  return request;
}

}  // namespace

Result<int> guest_bench(Context& context, const Words& arguments) {
  const auto [ours, more] = split_words(arguments);
  GuestBenchOptions options;
  GPUPASS_TRY_ASSIGN(const bool go, parse(context, syntax(context, options), ours));
  if (!go) return 0;
  GPUPASS_TRY(context.host.changeable());
  GPUPASS_TRY_ASSIGN(auto request, request_of(context, options, more));
  request.wrote = [&](const std::string& file) { context.terminal.out << file << "\n"; };
  Teller teller(context.terminal, {.yes = options.yes, .timeout = options.guest.timeout},
                options.guest.connection);
  GPUPASS_TRY_ASSIGN(const bool all_right, run::measure(context, teller.manner(), request));
  const Sides sides =
      options.compare_with.empty() ? Sides{{request.folder}} : Sides{options.compare_with, {request.folder}};
  GPUPASS_TRY_ASSIGN(const int status, answer(context, sides, options.comparison, options.report));
  return status != 0 || all_right ? status : 1;
}

}  // namespace gpupass::cli
