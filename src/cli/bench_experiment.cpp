// SPDX-License-Identifier: GPL-2.0-or-later
// `gpupass bench experiment`: a card measured on the host and in a guest, in turns, and compared.
#include <fmt/format.h>

#include <algorithm>
#include <ostream>

#include "cli/bench.hpp"
#include "cli/bench_answer.hpp"
#include "cli/bench_forms.hpp"
#include "cli/guest/creation.hpp"
#include "cli/guest/guest.hpp"
#include "cli/selection.hpp"
#include "gpupass/bench/machine/sha256.hpp"
#include "gpupass/core/text.hpp"
#include "gpupass/discover.hpp"
#include "gpupass/run/suite.hpp"
#include "gpupass/study/experiment/experiment.hpp"

namespace gpupass::cli {
namespace {

using Words = std::vector<std::string>;

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
  Creation creation;  // of the guest that is made
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
  add_creation(syntax, options.creation, "as for `gpupass guest create`");
  add_comparison_options(syntax, options.comparison);
  add_guest_options(syntax, context, options.guest);
  return syntax;
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

Result<void> check_words(const Options& options) {
  const bool image = !options.image.empty();
  const bool domain = !options.domain.empty();
  if (!options.gpu)
    return fail(ErrorKind::usage, "no card is named", "--gpu SELECTOR; `gpupass list` shows them");
  if (image == domain)
    return fail(ErrorKind::usage, image ? "--image and --domain are both given" : "which guest?",
                "--image IMG makes one from a cloud image, --domain VM takes one of yours");
  if (domain && !words_of(options.creation).empty())
    return fail(ErrorKind::usage, "--domain is a guest that is there: nothing is made",
                words_of(options.creation).front() + " goes with --image");
  if (options.blocks < 1 || options.blocks > 1000)
    return fail(ErrorKind::usage, fmt::format("--blocks {}: 1 to 1000", options.blocks));
  if (options.limit < 1) return fail(ErrorKind::usage, "--limit and --timeout are at least 1");
  GPUPASS_TRY(comparison_settings(options.comparison));
  return {};
}

Result<study::ExperimentRequest> request_of(Context& context, const Options& options, const Words& more) {
  GPUPASS_TRY(check_words(options));
  GPUPASS_TRY(run::refuse_own(more, {"--block", "--order", "--seed", "--pci", "--device"}));
  study::ExperimentRequest request;
  request.folder = absolute(options.folder);
  if (!options.report.empty()) GPUPASS_TRY(check_report(options.report));
  request.program =
      options.program.empty() ? run::bench_program().value_or("gpupass-bench") : absolute(options.program);
  GPUPASS_TRY_ASSIGN(const auto program, run::read_program(request.program));
  auto selection = options.what;
  selection.selectors = {*options.gpu};
  GPUPASS_TRY_ASSIGN(const auto inventory, discover(context.host, {.holders = false}));
  GPUPASS_TRY_ASSIGN(request.functions, session::functions_of(inventory, selection));

  auto& settings = request.settings;
  settings.program_sha256 = bench::sha256(program);
  for (const auto& function : request.functions) settings.functions.push_back(to_string(function));
  settings.image = options.image.empty() ? "" : absolute(options.image);
  settings.vm = settings.image.empty() ? options.domain : study::k_guest_of_ours;
  settings.uri = options.guest.uri;
  settings.create = words_of(options.creation);
  settings.blocks = options.blocks;
  settings.options = options_for_suite(options, more, *inventory.find(request.functions.front()));
  request.seed =
      options.seed.value_or(static_cast<std::uint64_t>(context.host.now().time_since_epoch().count()));
  request.patience = options.guest.timeout;
  request.limit = std::chrono::seconds(options.limit);
  request.keep = options.keep;

  request.create.vm = settings.vm;
  request.create.uri = settings.uri;
  request.create.image = settings.image;
  request.create.cards = session::exactly(request.functions);
  GPUPASS_TRY(read_creation(options.creation, request.create));
  return request;
}

void print_plan(std::ostream& out, const study::ExperimentRequest& request,
                const study::Experiment& experiment, const std::string& report) {
  const auto& [plan, missing, cases, was_killed] = experiment;
  const auto& settings = plan.settings;
  if (was_killed) out << "would first undo what the interrupted experiment left\n";
  out << fmt::format("would measure {} on the host and in {}{}, {} cases a run:\n",
                     core::enumerate(settings.functions), settings.vm,
                     settings.image.empty() ? "" : " made from " + settings.image, cases);
  for (const auto& run : plan.runs) {
    const bool there = std::ranges::find(missing, run) == missing.end();
    if (run.order == 1)
      out << fmt::format("  block {:>2}: {}", run.block, run.role) << (there ? " (there)" : "");
    if (run.order == 2) out << fmt::format(", then {}", run.role) << (there ? " (there)" : "") << "\n";
  }
  out << fmt::format("seed {}; results in {}, the report in {}\n", plan.seed, request.folder, report)
      << fmt::format("roughly {}, with 60 s for each start of a guest; the first block will tell\n",
                     study::duration_text(experiment.guessed_seconds()))
      << "nothing was changed\n";
}

}  // namespace

Result<int> bench_experiment(Context& context, const Words& arguments) {
  const auto [ours, more] = split_words(arguments);
  Options options;
  GPUPASS_TRY_ASSIGN(const bool go, parse(context, syntax(context, options), ours));
  if (!go) return 0;
  if (!options.dry_run) GPUPASS_TRY(session::refuse_captured(context.host));
  GPUPASS_TRY_ASSIGN(const auto request, request_of(context, options, more));
  GPUPASS_TRY_ASSIGN(const auto experiment, study::look(context, request));
  const auto report = options.report.empty() ? request.folder + "/report.html" : options.report;
  if (!experiment.is_over()) {
    const ChangeOptions change{options.dry_run, options.yes, Format::text, options.guest.timeout};
    Teller teller(context.terminal, change, options.guest.connection);
    GPUPASS_TRY(study::refuse_what_cannot_be(context, teller.manner(), request, experiment));
    if (options.dry_run) {
      print_plan(context.terminal.out, request, experiment, report);
      return 0;
    }
    Quiet quiet(context.terminal);
    GPUPASS_TRY(study::carry_out(context, quiet, request, experiment));
  }
  return answer(context, experiment.sides(request.folder), options.comparison, report);
}

}  // namespace gpupass::cli
