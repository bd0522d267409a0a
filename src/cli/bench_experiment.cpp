// SPDX-License-Identifier: GPL-2.0-or-later
// `gpupass bench experiment`: measures a card on the host, in containers and guests, and compares.
#include <ostream>

#include "cli/bench.hpp"
#include "cli/bench_files.hpp"
#include "cli/guest/creation.hpp"
#include "cli/guest/guest.hpp"
#include "gpupass/study/experiment/asked.hpp"

namespace gpupass::cli {
namespace {

using Words = std::vector<std::string>;

struct BenchExperimentOptions : study::ExperimentWords {
  bool dry_run = false;
  bool yes = false;
  GuestOptions guest{.vm = {}, .timeout = std::chrono::seconds(1800)};
};

Syntax syntax(const Context& context, BenchExperimentOptions& options) {
  Syntax syntax(
      "gpupass bench experiment --gpu SELECTOR --arm ARM… [options] [-- OPTION of gpupass-bench…]",
      "Measures what it costs to give a card away: in each block, in random order, a run in each arm, in a\n"
      "container or guest that was started for it and has the card. Then compares with the first arm and\n"
      "reports. After an interruption the same command continues from there.\n"
      "ARM is host, docker:IMAGE, podman:IMAGE, lxc:NAME or vm:NAME; podman+crun:IMAGE names a runtime.\n"
      "Without --arm: the host, and the guest of --image or --domain.\n"
      "Exit status: as `gpupass bench compare`.");
  syntax.option("gpu", options.gpu, "SELECTOR", "the card; `--group processor` needs none");
  syntax.option("arm", options.arms, "ARM", "where to measure, the baseline first; may be repeated");
  syntax.option("with", options.what.with, "BDF", "also this other member of its IOMMU group");
  add_only(syntax, options.what);
  syntax.option("image", options.image, "IMG", "make the guest from this cloud image");
  syntax.option("domain", options.domain, "VM", "or use this existing domain, which must be off");
  syntax.option("blocks", options.blocks, "N", "how many blocks; each has one run in each arm");
  syntax.option("out", options.folder, "FOLDER", "where the plan and the results are kept");
  syntax.option("output,o", options.report, "FILE", "the report; else FOLDER/report.html");
  syntax.option("seed", options.seed, "N", "the seed for the order; else one from the clock");
  syntax.flag("quick", options.quick,
              "use fewer sizes and samples: shows whether it works, not what it costs");
  syntax.option("program", options.program, "FILE", "the gpupass-bench to run; else the one beside gpupass");
  syntax.option("limit", options.limit, "S", "how long a run may last");
  syntax.flag("keep", options.keep, "keep the guest that was made");
  syntax.flag("dry-run,n", options.dry_run, "print the plan, and change nothing");
  syntax.flag("yes,y", options.yes, "agree to what a person at a terminal would be asked");
  add_creation(syntax, options.creation, "as for `gpupass guest create`");
  add_comparison_options(syntax, options.comparison);
  add_guest_options(syntax, context, options.guest);
  return syntax;
}

}  // namespace

Result<int> bench_experiment(Context& context, const Words& arguments) {
  const auto [ours, more] = split_words(arguments);
  BenchExperimentOptions options;
  GPUPASS_TRY_ASSIGN(const bool go, parse(context, syntax(context, options), ours));
  if (!go) return 0;
  if (!options.dry_run) GPUPASS_TRY(session::refuse_captured(context.host));
  options.create = words_of(options.creation);
  options.more = more;
  options.uri = options.guest.uri;
  options.patience = options.guest.timeout;
  GPUPASS_TRY_ASSIGN(const auto request, study::request_of(context, options));
  GPUPASS_TRY_ASSIGN(const auto experiment, study::look(context, request));
  const auto report = options.report.empty() ? request.folder + "/report.html" : options.report;
  if (!experiment.is_over()) {
    const ChangeOptions change{options.dry_run, options.yes, Format::text, options.guest.timeout};
    Teller teller(context.terminal, change, options.guest.connection);
    GPUPASS_TRY(study::refuse_what_cannot_be(context, teller.manner(), request, experiment));
    if (options.dry_run) {
      context.terminal.out << study::plan_text(request, experiment, report);
      return 0;
    }
    Quiet quiet(context.terminal);
    GPUPASS_TRY(study::carry_out(context, quiet, request, experiment));
  }
  return answer(context, experiment.files(request.folder), options.comparison, report);
}

}  // namespace gpupass::cli
