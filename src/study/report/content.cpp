// SPDX-License-Identifier: GPL-2.0-or-later
#include "gpupass/study/report/content.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <set>

#include "gpupass/bench/names.hpp"
#include "gpupass/core/quantity.hpp"
#include "gpupass/core/text.hpp"
#include "study/compare/environment.hpp"
#include "study/report/units.hpp"
#include "study/report/words.hpp"

namespace gpupass::study {
namespace {

using bench::Comparison;
using bench::Figures;
using bench::Row;

bool one_side(const Comparison& comparison) {
  return comparison.candidate_runs == 0;
}

std::string cases_of(const bench::GroupRow& group) {
  return fmt::format("{}, {} case{}", name(group.group), group.cases, group.cases == 1 ? "" : "s");
}

std::string value_cell(const Figures& figures, const std::string& unit) {
  if (figures.passed == 0) return "–";
  const auto& interval = figures.interval;
  return interval ? core::quantity(figures.value, interval->low, interval->high, unit)
                  : core::quantity(figures.value, unit);
}

std::string ceiling_cell(const Row& row, const Figures& figures) {
  if (!figures.ceiling || figures.passed == 0) return "";
  return share(row.better == bench::Better::higher ? figures.value / *figures.ceiling
                                                   : *figures.ceiling / figures.value);
}

std::string both(const std::string& ours, const std::string& theirs) {
  return ours.empty() || theirs.empty() ? ours + theirs : ours + " · " + theirs;
}

bool has_ceilings(const Comparison& comparison, bench::Group group) {
  return std::ranges::any_of(comparison.rows, [&](const Row& row) {
    return row.group == group && (row.baseline.ceiling || row.candidate.ceiling);
  });
}

std::string joined(const std::vector<std::string>& values) {
  std::string text;
  for (const auto& value : values) text += (text.empty() ? "" : "; ") + value;
  return text.empty() ? "–" : text;
}

std::string worst_of(const Comparison& comparison, const bench::GroupRow& group) {
  if (!group.worst) return "";
  const auto& row = comparison.rows[*group.worst];
  return fmt::format("{}: {}, {}", title(row), absolute(row), difference(*row.effect));
}

/// The judged groups that this holds of, as words: "latency and transfer".
template <class Holds>
std::string judged_where(const Comparison& comparison, Holds holds) {
  std::vector<std::string> groups;
  for (const auto& group : comparison.groups) {
    if (group.part == bench::Part::judged && group.effect && holds(group))
      groups.emplace_back(name(group.group));
  }
  return core::enumerate(groups);
}

/// The baseline once, and the candidates.
std::vector<const bench::Side*> sides_of(const Reports& reports) {
  std::vector<const bench::Side*> sides{&reports.front().baseline};
  for (const auto& report : reports) sides.push_back(&report.candidate);
  return sides;
}

/// A start is paid once, however long the work: no margin is asked about.
std::string judgement_cell(const bench::GroupRow& group) {
  if (group.group == bench::Group::start) return group.effect ? "not judged" : "not measured";
  return group.effect ? judgement(*group.effect, group.margin) : "too few runs";
}

/// "2026-11-26", or the first and the last day.
std::string days(const Reports& reports) {
  std::set<std::string> seen;
  for (const auto* const side : sides_of(reports)) {
    for (const auto& run : side->runs) seen.insert(run.started.substr(0, 10));
  }
  seen.erase("");
  if (seen.empty()) return "";
  return seen.size() == 1 ? *seen.begin() : *seen.begin() + " to " + *seen.rbegin();
}

}  // namespace

Report make_report(bench::Side baseline, bench::Side candidate, const bench::ComparisonSettings& settings) {
  auto comparison = bench::compare(baseline, candidate, settings);
  return {std::move(baseline), std::move(candidate), std::move(comparison)};
}

Reports make_reports(std::vector<bench::Side> sides, const bench::ComparisonSettings& settings) {
  const auto baseline = std::move(sides.front());
  sides.erase(sides.begin());
  if (sides.empty()) sides.emplace_back(bench::Side{"candidate", {}});
  auto comparisons = bench::compare_all(baseline, sides, settings);
  Reports reports;
  for (std::size_t i = 0; i < sides.size(); ++i)
    reports.push_back({baseline, std::move(sides[i]), std::move(comparisons[i])});
  return reports;
}

std::optional<bench::Answer> answer_of(const Reports& reports) {
  std::vector<Comparison> comparisons;
  for (const auto& report : reports) comparisons.push_back(report.comparison);
  return bench::answer_of_all(comparisons);
}

std::string setting(const Reports& reports) {
  struct Part {
    std::string_view fact;
    const char* before;
  };
  constexpr std::array k_parts = {Part{"gpu.name", ""}, Part{"cpu", ""}, Part{"kernel", "kernel "},
                                  Part{"driver", "driver "}};
  std::array<std::vector<std::string>, k_parts.size()> values;
  for (const auto* const side : sides_of(reports)) {
    for (const auto& run : side->runs) {
      for (const auto& fact : facts(run)) {
        const auto part = std::ranges::find(k_parts, fact.name, &Part::fact);
        if (part == k_parts.end()) continue;
        auto& seen = values.at(static_cast<std::size_t>(part - k_parts.begin()));
        if (std::ranges::find(seen, fact.value) == seen.end()) seen.push_back(fact.value);
      }
    }
  }
  std::vector<std::string> texts;
  for (std::size_t i = 0; i < k_parts.size(); ++i) {
    if (!values.at(i).empty())
      texts.push_back(fmt::format("{}{}", k_parts.at(i).before, fmt::join(values.at(i), " / ")));
  }
  if (auto when = days(reports); !when.empty()) texts.push_back(std::move(when));
  return fmt::format("{}", fmt::join(texts, " · "));
}

std::string verdict(const Comparison& comparison) {
  if (!comparison.answer) return "";
  using bench::Verdict;
  const auto is = [](Verdict wanted) {
    return [wanted](const bench::GroupRow& group) { return group.effect->verdict == wanted; };
  };
  const auto equal = judged_where(comparison, is(Verdict::equivalent));
  const auto slower = judged_where(comparison, is(Verdict::slower));
  const auto faster = judged_where(comparison, is(Verdict::faster));
  const auto open = judged_where(comparison, is(Verdict::inconclusive));
  const auto& candidate = comparison.candidate;
  std::string text;
  if (!slower.empty()) text += fmt::format(" {} is slower than the margin allows in {}.", candidate, slower);
  if (!faster.empty()) text += fmt::format(" {} is faster than the margin allows in {}.", candidate, faster);
  if (!open.empty()) text += fmt::format(" More runs are needed to tell for {}.", open);
  if (!equal.empty()) text += fmt::format(" There is no difference that matters in {}.", equal);
  std::string answer = words(*comparison.answer);
  answer.front() = static_cast<char>(std::toupper(answer.front()));
  return answer + "." + text;
}

std::string headline(const Comparison& comparison) {
  if (!comparison.answer)
    return fmt::format("{}: {} run{}, not compared with anything.", comparison.baseline,
                       comparison.baseline_runs, comparison.baseline_runs == 1 ? "" : "s");
  std::string text = words(*comparison.answer);
  text.front() = static_cast<char>(std::toupper(text.front()));
  const char* before = ": ";
  for (const auto& group : comparison.groups) {
    if (group.part != bench::Part::judged || !group.effect) continue;
    text += fmt::format("{}{} ({})", before, sentence(comparison.candidate, *group.effect, group.margin),
                        cases_of(group));
    before = "; ";
  }
  return text + ".";
}

std::string method(const Comparison& comparison) {
  const auto percent = fmt::format("{:g} %", comparison.settings.confidence * 100);
  if (one_side(comparison))
    return fmt::format("Values are geometric means over the runs, with {} intervals by Student's t.",
                       percent);
  return fmt::format(
      "{} runs of {} and {} of {}, compared {}. Differences are means of logarithms of the runs' medians, "
      "their {} intervals by Student's t. Margins, declared beforehand: {} % for transfer, device and "
      "application, {} % for latency, pci and processor, {} % for p99.",
      comparison.baseline_runs, comparison.baseline, comparison.candidate_runs, comparison.candidate,
      comparison.in_blocks ? "in blocks"
                           : "without blocks, so that what drifted between the two counts as a difference",
      percent, margin_percent(comparison.settings.margins.rate),
      margin_percent(comparison.settings.margins.latency), margin_percent(comparison.settings.margins.tail));
}

DataTable cost_table(const Reports& reports) {
  DataTable table{
      "What does each cost", {{"Group"}, {"Arm"}, {"Cost"}, {"Judgement"}, {"Worst case"}, {"Part"}}, {}};
  for (const auto& kind : bench::k_groups) {
    for (const auto& [baseline, candidate, comparison] : reports) {
      const auto group = std::ranges::find(comparison.groups, kind.value, &bench::GroupRow::group);
      if (group == comparison.groups.end()) continue;
      const auto& effect = group->effect;
      table.rows.push_back({name(kind.value), candidate.name, effect ? difference(*effect) : "–",
                            judgement_cell(*group), worst_of(comparison, *group), name(group->part)});
    }
  }
  return table;
}

DataTable group_table(const Comparison& comparison) {
  DataTable table{"Groups",
                  {{"Group"},
                   {"Cases", true},
                   {fmt::format("{} is", comparison.candidate)},
                   {"Judgement"},
                   {"Worst case"},
                   {"Part"}},
                  {}};
  for (const auto& group : comparison.groups) {
    if (!group.effect) {
      table.rows.push_back({name(group.group), "0", "–", judgement_cell(group), "", name(group.part)});
      continue;
    }
    table.rows.push_back({name(group.group), std::to_string(group.cases), difference(*group.effect),
                          judgement_cell(group), worst_of(comparison, group), name(group.part)});
  }
  return table;
}

std::string absolute(const Row& row) {
  std::string text;
  for (const auto* const figures : {&row.baseline, &row.candidate}) {
    if (figures->passed > 0) text += (text.empty() ? "" : " → ") + core::quantity(figures->value, row.unit);
  }
  return text;
}

DataTable case_table(const Comparison& comparison, bench::Group group) {
  DataTable table{name(group), {{"Case"}, {comparison.baseline, true}}, {}};
  auto& headings = table.headings;
  const bool ceilings = has_ceilings(comparison, group);
  if (!one_side(comparison)) {
    headings.insert(headings.end(), {{comparison.candidate, true},
                                     {fmt::format("{} is", comparison.candidate)},
                                     {"Verdict"},
                                     {"p (ranks, Holm)", true},
                                     {"n", true}});
  } else {
    headings.insert(headings.end(), {{"Spread", true}, {"Runs", true}});
  }
  if (ceilings) headings.push_back({"Of ceiling", true});
  for (const auto& row : comparison.rows) {
    if (row.group != group || row.baseline.passed + row.candidate.passed == 0) continue;
    std::vector<std::string> cells{title(row), value_cell(row.baseline, row.unit)};
    if (one_side(comparison)) {
      const bool spread = row.baseline.interval.has_value();
      cells.push_back(spread ? fmt::format("{:.2f} %", row.baseline.spread * 100) : "–");
      cells.push_back(std::to_string(row.baseline.passed));
    } else if (row.effect) {
      cells.insert(cells.end(),
                   {value_cell(row.candidate, row.unit), difference(*row.effect), words(row.effect->verdict),
                    p_value(row.effect->p_rank_holm), std::to_string(row.replicates)});
    } else {
      cells.insert(cells.end(),
                   {value_cell(row.candidate, row.unit), "–", "–", "–", std::to_string(row.replicates)});
    }
    if (ceilings) cells.push_back(both(ceiling_cell(row, row.baseline), ceiling_cell(row, row.candidate)));
    table.rows.push_back(std::move(cells));
  }
  return table;
}

DataTable absent_table(const Comparison& comparison) {
  DataTable table{"Without result", {{"Case"}, {"Side"}, {"Why"}}, {}};
  for (const auto& row : comparison.rows) {
    if (row.statistic != bench::Statistic::median) continue;
    if (row.baseline.absent)
      table.rows.push_back({title(row), comparison.baseline, words(row.baseline.absent)});
    if (row.candidate.absent && !one_side(comparison))
      table.rows.push_back({title(row), comparison.candidate, words(row.candidate.absent)});
  }
  return table;
}

DataTable difference_table(const Comparison& comparison) {
  const bool one = one_side(comparison);
  DataTable table{
      one ? "What changed between the runs" : "What is different", {{"Fact"}, {comparison.baseline}}, {}};
  if (!one) table.headings.push_back({comparison.candidate});
  table.headings.push_back({"Matters because"});
  for (const auto& difference : comparison.differences) {
    std::vector<std::string> cells{difference.fact, joined(difference.baseline)};
    if (!one) cells.push_back(joined(difference.candidate));
    cells.push_back(std::string(difference.weight == bench::Difference::Weight::must_match ? "! " : "") +
                    kind_of(difference.fact).meaning);
    table.rows.push_back(std::move(cells));
  }
  return table;
}

DataTable common_facts(const Report& report) {
  DataTable table{"What is the same", {{"Fact"}, {"Value"}}, {}};
  if (report.baseline.runs.empty()) return table;
  std::set<std::string> different;
  for (const auto& difference : report.comparison.differences) different.insert(difference.fact);
  for (const auto& fact : facts(report.baseline.runs.front())) {
    if (!different.contains(fact.name)) table.rows.push_back({fact.name, fact.value});
  }
  return table;
}

DataTable run_table(const Report& report) {
  DataTable table{
      "Runs", {{"Side"}, {"Block", true}, {"Started"}, {"Boot"}, {"Seed", true}, {"Counted"}, {"Gates"}}, {}};
  for (const auto* const side : {&report.baseline, &report.candidate}) {
    for (const auto& run : side->runs) {
      std::vector<std::string> failed;
      for (const auto& gate : run.gates) {
        if (!gate.pass) failed.push_back(gate.reason.empty() ? gate.name : gate.name + ": " + gate.reason);
      }
      std::vector<std::string> counted;
      for (const auto& [counter, count] : run.counters.items()) {
        if (count.is_number()) counted.push_back(fmt::format("{} {}", counter, count.dump()));
      }
      table.rows.push_back(
          {side->name, run.block ? std::to_string(*run.block) : "–", run.started, run.boot_id.substr(0, 8),
           std::to_string(run.seed), joined(counted),
           failed.empty() ? fmt::format("{} met", run.gates.size()) : "not met: " + joined(failed)});
    }
  }
  return table;
}

DataTable evidence_table(const Report& report) {
  DataTable table{"How it was checked", {{"Case"}, {"Output"}, {"Elements", true}, {"Ceiling"}}, {}};
  std::set<std::string> seen;
  for (const auto& row : report.comparison.rows) {
    if (!seen.insert(row.key).second) continue;
    for (const auto& run : report.baseline.runs) {
      const auto found = std::ranges::find_if(run.benchmarks, [&](const bench::Measurement& measurement) {
        return bench::key(measurement) == row.key && measurement.status == bench::Status::passed;
      });
      if (found == run.benchmarks.end()) continue;
      table.rows.push_back({title(row), found->check.kind, std::to_string(found->check.elements),
                            found->ceiling
                                ? fmt::format("{} = {}", core::quantity(found->ceiling->value, found->unit),
                                              found->ceiling->formula)
                                : ""});
      break;
    }
  }
  return table;
}

}  // namespace gpupass::study
