// SPDX-License-Identifier: GPL-2.0-or-later
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "gpupass/bench/comparison.hpp"
#include "gpupass/core/text.hpp"
#include "study/compare/effect.hpp"
#include "study/compare/environment.hpp"
#include "study/compare/figures.hpp"
#include "study/compare/rows.hpp"
#include "study/compare/words.hpp"

namespace gpupass::bench {
namespace {

using study::Design;

bool is_judged(const Comparison& comparison, Group group) {
  return std::ranges::any_of(
      comparison.groups, [&](const GroupRow& row) { return row.group == group && row.part == Part::judged; });
}

/// Where only control groups were measured, they are what is asked about.
void judge_controls_if_alone(Comparison& comparison) {
  auto& groups = comparison.groups;
  if (std::ranges::find(groups, Part::judged, &GroupRow::part) != groups.end()) return;
  for (auto& group : groups) group.part = Part::judged;
}

/// All that is judged beside each other, rows and groups; what explains is a family of its own.
void adjust_effects(Comparison& comparison) {
  std::vector<Effect*> judged, others;
  for (auto& row : comparison.rows) {
    if (row.effect) (is_judged(comparison, row.group) ? judged : others).push_back(&*row.effect);
  }
  for (auto& group : comparison.groups) {
    if (group.effect) (group.part == Part::judged ? judged : others).push_back(&*group.effect);
  }
  study::adjust(judged);
  study::adjust(others);
}

// --- what is outside -------------------------------------------------------------------------------

void find_wrong_output(Comparison& comparison) {
  const auto say = [&](const Row& row, const std::string& side, const Figures& figures) {
    if (figures.wrong == 0 || row.statistic != Statistic::median) return;
    comparison.findings.push_back(fmt::format("{}: wrong output in {} of the runs of {} ({})",
                                              study::title(row), figures.wrong, side, figures.absent));
  };
  for (const auto& row : comparison.rows) {
    say(row, comparison.baseline, row.baseline);
    say(row, comparison.candidate, row.candidate);
  }
}

void find_beyond(Comparison& comparison) {
  const double confidence = comparison.settings.confidence;
  for (const auto& group : comparison.groups) {
    if (group.part != Part::judged || !group.effect || !study::surely_beyond(*group.effect, confidence))
      continue;
    comparison.findings.push_back(fmt::format(
        "{}: {}", name(group.group), study::sentence(comparison.candidate, *group.effect, group.margin)));
  }
  for (const auto& row : comparison.rows) {
    if (!row.effect || !is_judged(comparison, row.group) || !study::surely_beyond(*row.effect, confidence))
      continue;
    comparison.findings.push_back(fmt::format(
        "{}: {}", study::title(row), study::sentence(comparison.candidate, *row.effect, row.margin)));
  }
}

// --- why not to trust it, and what is open --------------------------------------------------------

/// Several cards on either side are none of it, as long as they are the same ones.
bool is_another_card(const Difference& difference) {
  return difference.fact == "gpu.uuid" && !difference.baseline.empty() && !difference.candidate.empty() &&
         !std::ranges::is_permutation(difference.baseline, difference.candidate);
}

void doubt_for_the_card(Comparison& comparison) {
  const auto found = std::ranges::find_if(comparison.differences, is_another_card);
  if (found == comparison.differences.end()) return;
  comparison.doubts.push_back(fmt::format(
      "the card is not the same one: {} was measured on {}, {} on {}; what differs may not be what "
      "passthrough costs",
      comparison.baseline, core::enumerate(found->baseline), comparison.candidate,
      core::enumerate(found->candidate)));
}

/// Each gate once, with what the first of its runs said.
void doubt_for_gates(Comparison& comparison, const Side& side) {
  struct Unmet {
    std::size_t runs = 0;
    std::string reason;
  };
  std::map<std::string, Unmet> unmet;
  for (const auto& run : side.runs) {
    for (const auto& gate : run.gates) {
      if (gate.pass) continue;
      auto& [runs, reason] = unmet[gate.name];
      if (runs++ == 0) reason = gate.reason;
    }
  }
  for (const auto& [gate, found] : unmet) {
    comparison.doubts.push_back(fmt::format("{} of {} runs of {} did not meet {}: {}", found.runs,
                                            side.runs.size(), side.name, gate, found.reason));
  }
}

void doubt_for_controls(Comparison& comparison) {
  for (const auto& group : comparison.groups) {
    if (group.part != Part::control) continue;
    const bool equal = group.effect && group.effect->verdict == Verdict::equivalent;
    if (equal) continue;
    comparison.doubts.push_back(fmt::format(
        "the card itself is not shown to be the same on both sides ({}{}): what differs may not be what "
        "passthrough costs",
        name(group.group),
        group.effect ? ": " + study::sentence(comparison.candidate, *group.effect, group.margin)
                     : ": too few runs"));
  }
}

/// What was tried in vain by itself; what one side did not run, as part of a suite is not, a group at a time.
void leave_open_what_is_missing(Comparison& comparison) {
  std::map<std::pair<Group, std::string>, std::size_t> not_run;  // on the other side
  const auto say = [&](const Row& row, const std::string& side, const std::string& other,
                       const Figures& missing) {
    if (missing.absent == study::k_not_run) {
      ++not_run[{row.group, other}];
      return;
    }
    comparison.open.push_back(
        fmt::format("{}: {} has no result ({}), {} has", study::title(row), side, missing.absent, other));
  };
  for (const auto& row : comparison.rows) {
    if (row.statistic != Statistic::median || !is_judged(comparison, row.group)) continue;
    if (row.baseline.passed > 0 && row.candidate.passed == 0)
      say(row, comparison.candidate, comparison.baseline, row.candidate);
    if (row.baseline.passed == 0 && row.candidate.passed > 0)
      say(row, comparison.baseline, comparison.candidate, row.baseline);
  }
  for (const auto& [where, count] : not_run) {
    const auto& [group, side] = where;
    comparison.open.push_back(fmt::format("{}: {} measurement{} {} made on one side only, {}", name(group),
                                          count, count == 1 ? "" : "s", count == 1 ? "was" : "were", side));
  }
}

void leave_open_groups(Comparison& comparison) {
  if (std::ranges::find(comparison.groups, Part::judged, &GroupRow::part) == comparison.groups.end())
    comparison.open.emplace_back("nothing was measured on both sides that could be judged");
  for (const auto& group : comparison.groups) {
    if (group.part != Part::judged) continue;
    if (!group.effect) {
      comparison.open.push_back(fmt::format("{}: too few runs for an interval", name(group.group)));
    } else if (group.effect->verdict != Verdict::equivalent &&
               !study::surely_beyond(*group.effect, comparison.settings.confidence)) {
      comparison.open.push_back(fmt::format(
          "{}: {}", name(group.group), study::sentence(comparison.candidate, *group.effect, group.margin)));
    }
  }
}

// --- what a reader should know ---------------------------------------------------------------------

void remark_on_boots(Comparison& comparison, const Side& side) {
  std::set<std::string> boots;
  for (const auto& run : side.runs) boots.insert(run.boot_id);
  if (side.runs.size() < 2 || boots.size() == side.runs.size() || boots.contains("")) return;
  comparison.remarks.push_back(fmt::format(
      "the {} runs of {} are from {}: what changes from boot to boot is in the intervals only as "
      "far as there were boots",
      side.runs.size(), side.name, boots.size() == 1 ? "one boot" : fmt::format("{} boots", boots.size())));
}

void remark_on_processor(Comparison& comparison) {
  for (const auto& group : comparison.groups) {
    if (group.part != Part::explains || !group.effect || group.effect->verdict == Verdict::equivalent)
      continue;
    comparison.remarks.push_back(
        fmt::format("the processor alone, without any card: {}; latencies may differ for that reason",
                    study::sentence(comparison.candidate, *group.effect, group.margin)));
  }
}

/// Cases of the groups that a control group belongs to need CUDA, as it does.
void remark_on_missing_control(Comparison& comparison) {
  const auto has = [&](auto which) { return std::ranges::any_of(comparison.groups, which); };
  if (has([](const GroupRow& row) { return row.group == Group::device; })) return;
  if (!has([](const GroupRow& row) {
        return row.group == Group::latency || row.group == Group::transfer || row.group == Group::application;
      }))
    return;
  comparison.remarks.emplace_back(
      "no control was compared (the group device): that the card itself was the same on both sides, its "
      "clocks and its power, is not shown");
}

void remark_on_environment(Comparison& comparison) {
  for (const auto& difference : comparison.differences) {
    if (difference.weight != Difference::Weight::must_match || is_another_card(difference)) continue;
    comparison.remarks.push_back(fmt::format("{} ({} differs)", difference.meaning, difference.fact));
  }
}

/// Signed ranks of few blocks have no small p: then Holm's adjustment can reject nothing, whatever is there.
void remark_on_ranks(Comparison& comparison) {
  std::size_t effects = 0;
  for (const auto& row : comparison.rows) effects += row.effect ? 1U : 0U;
  const bool hopeless = std::ranges::any_of(comparison.rows, [&](const Row& row) {
    return row.effect && row.effect->p_rank * static_cast<double>(effects) > 1 &&
           study::surely_beyond(*row.effect, comparison.settings.confidence);
  });
  if (hopeless)
    comparison.remarks.push_back(
        fmt::format("with so few replicates the rank tests of {} comparisons, adjusted, can find nothing; "
                    "the intervals do",
                    effects));
}

Answer answer_of(const Comparison& comparison) {
  const bool wrong = std::ranges::any_of(
      comparison.rows, [](const Row& row) { return row.baseline.wrong + row.candidate.wrong > 0; });
  if (wrong) return Answer::outside;
  if (!comparison.doubts.empty()) return Answer::inconclusive;
  if (!comparison.findings.empty()) return Answer::outside;
  return comparison.open.empty() ? Answer::within : Answer::inconclusive;
}

}  // namespace

Comparison compare(const Side& baseline, const Side& candidate, const ComparisonSettings& settings) {
  const Design design = study::design(baseline, candidate);
  Comparison comparison;
  comparison.baseline = baseline.name;
  comparison.candidate = candidate.name;
  comparison.settings = settings;
  comparison.in_blocks = design.in_blocks;
  comparison.baseline_runs = baseline.runs.size();
  comparison.candidate_runs = candidate.runs.size();
  comparison.rows = study::rows(design, settings);
  comparison.groups = study::group_rows(design, comparison.rows, settings);
  comparison.differences = study::differences(baseline, candidate);
  comparison.remarks = design.remarks;
  remark_on_boots(comparison, baseline);
  if (candidate.runs.empty()) return comparison;

  judge_controls_if_alone(comparison);
  adjust_effects(comparison);
  find_wrong_output(comparison);
  find_beyond(comparison);
  doubt_for_the_card(comparison);
  doubt_for_gates(comparison, baseline);
  doubt_for_gates(comparison, candidate);
  doubt_for_controls(comparison);
  leave_open_what_is_missing(comparison);
  leave_open_groups(comparison);
  remark_on_boots(comparison, candidate);
  remark_on_processor(comparison);
  remark_on_missing_control(comparison);
  remark_on_environment(comparison);
  remark_on_ranks(comparison);
  comparison.answer = answer_of(comparison);
  return comparison;
}

}  // namespace gpupass::bench
