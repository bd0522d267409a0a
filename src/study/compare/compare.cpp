// SPDX-License-Identifier: GPL-2.0-or-later
#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "gpupass/bench/comparison.hpp"
#include "study/compare/effect.hpp"
#include "study/compare/environment.hpp"
#include "study/compare/rows.hpp"

namespace gpupass::bench {
namespace {

using study::Design;

bool is_judged(const Comparison& comparison, Group group) {
  return std::ranges::any_of(
      comparison.groups, [&](const GroupRow& row) { return row.group == group && row.part == Part::judged; });
}

/// Where only control groups were measured, they are what is asked about. What a start costs never is.
void judge_controls_if_alone(Comparison& comparison) {
  auto& groups = comparison.groups;
  if (std::ranges::find(groups, Part::judged, &GroupRow::part) != groups.end()) return;
  for (auto& group : groups) {
    if (group.group != Group::start) group.part = Part::judged;
  }
}

/// All that is judged beside each other, rows and groups of every arm; what explains is a family of its own.
void adjust_effects(std::vector<Comparison>& comparisons) {
  std::vector<Effect*> judged, others;
  for (auto& comparison : comparisons) {
    for (auto& row : comparison.rows) {
      if (row.effect) (is_judged(comparison, row.group) ? judged : others).push_back(&*row.effect);
    }
    for (auto& group : comparison.groups) {
      if (group.effect) (group.part == Part::judged ? judged : others).push_back(&*group.effect);
    }
  }
  study::adjust(judged);
  study::adjust(others);
}

// --- what is outside -------------------------------------------------------------------------------

/// The elements with their places, by which notices name them.
template <class Elements, class Look>
void each(const Elements& elements, Look look) {
  for (std::size_t i = 0; i < elements.size(); ++i) look(i, elements[i]);
}

void find_wrong_output(Comparison& comparison) {
  each(comparison.rows, [&](std::size_t i, const Row& row) {
    if (row.statistic != Statistic::median) return;
    if (row.baseline.wrong > 0) comparison.findings.emplace_back(WrongOutput{i, Which::baseline});
    if (row.candidate.wrong > 0) comparison.findings.emplace_back(WrongOutput{i, Which::candidate});
  });
}

void find_beyond(Comparison& comparison) {
  const double confidence = comparison.settings.confidence;
  each(comparison.groups, [&](std::size_t i, const GroupRow& group) {
    if (group.part == Part::judged && group.effect && study::surely_beyond(*group.effect, confidence))
      comparison.findings.emplace_back(GroupBeyond{i});
  });
  each(comparison.rows, [&](std::size_t i, const Row& row) {
    if (row.effect && is_judged(comparison, row.group) && study::surely_beyond(*row.effect, confidence))
      comparison.findings.emplace_back(RowBeyond{i});
  });
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
  comparison.doubts.emplace_back(
      AnotherCard{static_cast<std::size_t>(found - comparison.differences.begin())});
}

/// Each gate once, with what the first of its runs said.
void doubt_for_gates(Comparison& comparison, const Side& side, Which which) {
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
  for (const auto& [gate, found] : unmet)
    comparison.doubts.emplace_back(GateNotMet{which, gate, found.runs, found.reason});
}

void doubt_for_controls(Comparison& comparison) {
  each(comparison.groups, [&](std::size_t i, const GroupRow& group) {
    const bool equal = group.effect && group.effect->verdict == Verdict::equivalent;
    if (group.part == Part::control && !equal) comparison.doubts.emplace_back(ControlNotEqual{i});
  });
}

/// What was tried in vain by itself; what one side did not run, as part of a suite is not, a group at a time.
void leave_open_what_is_missing(Comparison& comparison) {
  std::map<std::pair<Group, Which>, std::size_t> one_sided;  // on the side that has them
  each(comparison.rows, [&](std::size_t i, const Row& row) {
    if (row.statistic != Statistic::median || !is_judged(comparison, row.group)) return;
    if ((row.baseline.passed > 0) == (row.candidate.passed > 0)) return;
    const bool of_baseline = row.baseline.passed == 0;
    const auto& missing = of_baseline ? row.baseline : row.candidate;
    if (missing.absent && !missing.absent->status) {
      ++one_sided[{row.group, of_baseline ? Which::candidate : Which::baseline}];
    } else {
      comparison.open.emplace_back(NoResult{i, of_baseline ? Which::baseline : Which::candidate});
    }
  });
  for (const auto& [where, measurements] : one_sided)
    comparison.open.emplace_back(OneSided{where.first, where.second, measurements});
}

void leave_open_groups(Comparison& comparison) {
  if (std::ranges::find(comparison.groups, Part::judged, &GroupRow::part) == comparison.groups.end())
    comparison.open.emplace_back(NothingJudged{});
  each(comparison.groups, [&](std::size_t i, const GroupRow& group) {
    if (group.part != Part::judged) return;
    if (!group.effect) {
      comparison.open.emplace_back(TooFewRuns{i});
    } else if (group.effect->verdict != Verdict::equivalent &&
               !study::surely_beyond(*group.effect, comparison.settings.confidence)) {
      comparison.open.emplace_back(GroupNotSure{i});
    }
  });
}

// --- what a reader should know ---------------------------------------------------------------------

void remark_on_boots(Comparison& comparison, const Side& side, Which which) {
  std::set<std::string> boots;
  for (const auto& run : side.runs) boots.insert(run.boot_id);
  if (side.runs.size() < 2 || boots.size() == side.runs.size() || boots.contains("")) return;
  comparison.remarks.emplace_back(FewBoots{which, boots.size()});
}

void remark_on_processor(Comparison& comparison) {
  each(comparison.groups, [&](std::size_t i, const GroupRow& group) {
    if (group.group == Group::processor && group.part == Part::explains && group.effect &&
        group.effect->verdict != Verdict::equivalent)
      comparison.remarks.emplace_back(ProcessorDiffers{i});
  });
}

/// Cases of the groups that a control group belongs to need CUDA, as it does.
void remark_on_missing_control(Comparison& comparison) {
  const auto has = [&](auto which) { return std::ranges::any_of(comparison.groups, which); };
  if (has([](const GroupRow& row) { return row.group == Group::device; })) return;
  if (has([](const GroupRow& row) {
        return row.group == Group::latency || row.group == Group::transfer || row.group == Group::application;
      }))
    comparison.remarks.emplace_back(NoControl{});
}

void remark_on_environment(Comparison& comparison) {
  each(comparison.differences, [&](std::size_t i, const Difference& difference) {
    if (difference.weight == Difference::Weight::must_match && !is_another_card(difference))
      comparison.remarks.emplace_back(EnvironmentDiffers{i});
  });
}

/// Signed ranks of few blocks have no small p: then Holm's adjustment can reject nothing, whatever is there.
void remark_on_ranks(Comparison& comparison, std::size_t effects) {
  const bool hopeless = std::ranges::any_of(comparison.rows, [&](const Row& row) {
    return row.effect && row.effect->p_rank * static_cast<double>(effects) > 1 &&
           study::surely_beyond(*row.effect, comparison.settings.confidence);
  });
  if (hopeless) comparison.remarks.emplace_back(RanksFindNothing{effects});
}

Answer answer_of(const Comparison& comparison) {
  const bool wrong = std::ranges::any_of(
      comparison.rows, [](const Row& row) { return row.baseline.wrong + row.candidate.wrong > 0; });
  if (wrong) return Answer::outside;
  if (!comparison.doubts.empty()) return Answer::inconclusive;
  if (!comparison.findings.empty()) return Answer::outside;
  return comparison.open.empty() ? Answer::within : Answer::inconclusive;
}

/// What was measured, and how it differs; the p values are not adjusted yet.
Comparison measured(const Side& baseline, const Side& candidate, const ComparisonSettings& settings) {
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
  if (!candidate.runs.empty()) judge_controls_if_alone(comparison);
  return comparison;
}

/// What there is to say of it.
void conclude(Comparison& comparison, const Side& baseline, const Side& candidate, std::size_t effects) {
  remark_on_boots(comparison, baseline, Which::baseline);
  if (candidate.runs.empty()) return;
  find_wrong_output(comparison);
  find_beyond(comparison);
  doubt_for_the_card(comparison);
  doubt_for_gates(comparison, baseline, Which::baseline);
  doubt_for_gates(comparison, candidate, Which::candidate);
  doubt_for_controls(comparison);
  leave_open_what_is_missing(comparison);
  leave_open_groups(comparison);
  remark_on_boots(comparison, candidate, Which::candidate);
  remark_on_processor(comparison);
  remark_on_missing_control(comparison);
  remark_on_environment(comparison);
  remark_on_ranks(comparison, effects);
  comparison.answer = answer_of(comparison);
}

}  // namespace

std::optional<Answer> answer_of_all(const std::vector<Comparison>& comparisons) {
  std::optional<Answer> worst;
  for (const auto answer : {Answer::within, Answer::inconclusive, Answer::outside}) {
    const auto is_it = [&](const Comparison& comparison) { return comparison.answer == answer; };
    if (std::ranges::any_of(comparisons, is_it)) worst = answer;
  }
  return worst;
}

std::vector<Comparison> compare_all(const Side& baseline, const std::vector<Side>& candidates,
                                    const ComparisonSettings& settings) {
  std::vector<Comparison> comparisons;
  for (const auto& candidate : candidates) comparisons.push_back(measured(baseline, candidate, settings));
  adjust_effects(comparisons);
  std::size_t effects = 0;
  for (const auto& comparison : comparisons)
    effects += static_cast<std::size_t>(
        std::ranges::count_if(comparison.rows, [](const Row& row) { return row.effect.has_value(); }));
  for (std::size_t i = 0; i < candidates.size(); ++i)
    conclude(comparisons[i], baseline, candidates[i], effects);
  return comparisons;
}

Comparison compare(const Side& baseline, const Side& candidate, const ComparisonSettings& settings) {
  return compare_all(baseline, {candidate}, settings).front();
}

}  // namespace gpupass::bench
