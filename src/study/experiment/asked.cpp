// SPDX-License-Identifier: GPL-2.0-or-later
#include "gpupass/study/experiment/asked.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <set>

#include "gpupass/bench/machine/sha256.hpp"
#include "gpupass/core/text.hpp"
#include "gpupass/discover/discover.hpp"
#include "gpupass/run/suite.hpp"
#include "gpupass/sys/path.hpp"

namespace gpupass::study {
namespace {

using Words = std::vector<std::string>;

/// For all arms. Without groups, those that the card can do: all where CUDA may know it, else those that
/// need no CUDA. What the group pci measures no driver uses, and a container's card has the host's.
Words options_for_suite(const ExperimentWords& asked, const Device* card, bool containers) {
  Words options;
  auto groups = asked.comparison.groups;
  if (groups.empty() && groups_asked_for(asked.more).empty() && card != nullptr && card->vendor != k_nvidia)
    groups = containers ? Words{"processor"} : Words{"pci", "processor"};
  for (const auto& word : groups) options.push_back("--group=" + word);
  for (const auto& word : asked.comparison.filters) options.push_back("--filter=" + word);
  if (asked.quick) options.emplace_back("--quick");
  options.insert(options.end(), asked.more.begin(), asked.more.end());
  return options;
}

/// The arms by their words; none: the host and a guest, as it was said before there were others.
Result<Words> arm_words(const ExperimentWords& asked) {
  const bool image = !asked.image.empty();
  const bool domain = !asked.domain.empty();
  if (image && domain)
    return fail(ErrorKind::usage, "--image and --domain are both given",
                "--image IMG makes a guest from a cloud image, --domain VM uses an existing one");
  if (asked.arms.empty() && !image && !domain)
    return fail(
        ErrorKind::usage, "which arms?",
        "--arm host --arm podman:IMAGE names them, the baseline first; --image IMG makes a guest from a "
        "cloud image, --domain VM uses an existing one");
  auto words = asked.arms;
  if (words.empty()) return words;
  if (image) words.push_back(std::string("vm:") + k_guest_of_ours);
  if (domain) words.push_back("vm:" + asked.domain);
  GPUPASS_TRY(arms_of(words));
  // One spelling of one experiment: its folder is the same.
  if (!image && words.size() == 2 && words[0] == "host" && words[1].starts_with("vm:")) return Words{};
  return words;
}

Result<void> check_words(const ExperimentWords& asked) {
  if (asked.image.empty() && !asked.create.empty())
    return fail(ErrorKind::usage, "no guest is made: there is no --image",
                asked.create.front() + " goes with --image");
  if (asked.blocks < 1 || asked.blocks > 1000)
    return fail(ErrorKind::usage, fmt::format("--blocks {}: 1 to 1000", asked.blocks));
  if (asked.limit < 1) return fail(ErrorKind::usage, "--limit and --timeout must be at least 1");
  GPUPASS_TRY(settings_of(asked.comparison));
  return {};
}

/// What the groups that are measured ask of the arms.
Result<void> check_groups(const ExperimentSettings& settings) {
  const auto groups = groups_asked_for(settings.options);
  const auto arms = planned_arms(settings);
  if (settings.functions.empty() &&
      (groups != std::set<std::string>{"processor"} || std::ranges::count(arms, ArmKind::vm, &Arm::kind) > 0))
    return fail(
        ErrorKind::usage, "no card is named",
        "--gpu SELECTOR names one; `gpupass list` shows them. Without a guest among the arms `--group "
        "processor` needs none");
  const auto container = std::ranges::find_if(arms, &Arm::is_container);
  if (container == arms.end() || !groups.contains("pci")) return {};
  return fail(
      ErrorKind::usage,
      fmt::format("--group pci cannot be measured in {}: it measures a card that no driver uses, and a "
                  "container's card is on the host's driver",
                  to_string(*container)),
      "leave that group out, or that arm");
}

/// "on the host and in vm1", or the arms by their words.
std::string places_of(const ExperimentSettings& settings) {
  if (settings.arms.empty())
    return fmt::format("on the host and in {}{}", settings.vm,
                       settings.image.empty() ? "" : " made from " + settings.image);
  return "in the arms " + core::enumerate(settings.arms);
}

}  // namespace

Result<ExperimentRequest> request_of(session::World& world, const ExperimentWords& asked) {
  GPUPASS_TRY(check_words(asked));
  GPUPASS_TRY(
      run::refuse_own(asked.more, {"--block", "--order", "--seed", "--pci", "--device", "--started"}));
  ExperimentRequest request;
  request.folder = sys::absolute(asked.folder);
  if (!asked.report.empty()) GPUPASS_TRY(check_report(asked.report));
  request.program =
      asked.program.empty() ? run::bench_program().value_or("gpupass-bench") : sys::absolute(asked.program);
  GPUPASS_TRY_ASSIGN(const auto program, run::read_program(request.program));
  GPUPASS_TRY_ASSIGN(const auto inventory, discover::read_inventory(world.host, {.holders = false}));
  if (asked.gpu) {
    auto selection = asked.what;
    selection.selectors = {*asked.gpu};
    GPUPASS_TRY_ASSIGN(request.functions, session::functions_of(inventory, selection));
  }

  auto& settings = request.settings;
  settings.program_sha256 = bench::sha256(program);
  for (const auto& function : request.functions) settings.functions.push_back(to_string(function));
  settings.image = asked.image.empty() ? "" : sys::absolute(asked.image);
  GPUPASS_TRY_ASSIGN(settings.arms, arm_words(asked));
  settings.vm = !settings.image.empty() ? k_guest_of_ours
                : !asked.domain.empty() ? asked.domain
                : settings.arms.empty() ? asked.arms.back().substr(sizeof("vm:") - 1)
                                        : "";
  settings.uri = asked.uri;
  settings.create = asked.create;
  settings.blocks = asked.blocks;
  const auto* const card = request.functions.empty() ? nullptr : inventory.find(request.functions.front());
  settings.options =
      options_for_suite(asked, card, std::ranges::any_of(planned_arms(settings), &Arm::is_container));
  GPUPASS_TRY(check_groups(settings));
  request.seed = asked.seed.value_or(static_cast<std::uint64_t>(world.host.now().time_since_epoch().count()));
  request.patience = asked.patience;
  request.limit = std::chrono::seconds(asked.limit);
  request.keep = asked.keep;

  request.create.vm = settings.vm;
  request.create.uri = settings.uri;
  request.create.image = settings.image;
  request.create.cards = session::exactly(request.functions);
  GPUPASS_TRY(read_creation(asked.creation, request.create));
  return request;
}

std::string plan_text(const ExperimentRequest& request, const Experiment& experiment,
                      const std::string& report) {
  const auto& [plan, missing, cases, was_killed] = experiment;
  const auto& settings = plan.settings;
  std::string text = was_killed ? "would first undo what the interrupted experiment left\n" : "";
  const auto what = settings.functions.empty() ? "this machine" : core::enumerate(settings.functions);
  text += fmt::format("would measure {} {}, {} cases a run:", what, places_of(settings), cases);
  for (const auto& run : plan.runs) {
    const bool there = std::ranges::find(missing, run) == missing.end();
    text += run.order == 1 ? fmt::format("\n  block {:>2}: ", run.block) : ", then ";
    text += run.role + (there ? " (there)" : "");
  }
  const bool guests = !guests_of(settings).empty();
  return text +
         fmt::format("\nseed {}; results in {}, the report in {}\n", plan.seed, request.folder, report) +
         fmt::format("roughly {}{}; the first block will tell\n", duration_text(experiment.guessed_seconds()),
                     guests ? ", with 60 s for each start of a guest" : "") +
         "nothing was changed\n";
}

}  // namespace gpupass::study
