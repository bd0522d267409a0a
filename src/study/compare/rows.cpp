// SPDX-License-Identifier: GPL-2.0-or-later
#include "study/compare/rows.hpp"

#include <algorithm>
#include <map>
#include <tuple>

#include "study/compare/effect.hpp"
#include "study/compare/figures.hpp"

namespace gpupass::study {
namespace {

using bench::ComparisonSettings;
using bench::Group;
using bench::Measurement;
using bench::Row;
using bench::Statistic;

bool is_rate_group(Group group) {
  return group == Group::transfer || group == Group::device || group == Group::application;
}

double margin_of(Group group, Statistic statistic, const bench::Margins& margins) {
  if (statistic == Statistic::p99) return margins.tail;
  return is_rate_group(group) ? margins.rate : margins.latency;
}

// --- both sides ------------------------------------------------------------------------------------

/// A cost for each replicate that has all it needs; in blocks both sides need it.
template <class CostOf>
Costs paired_costs(const Design& design, CostOf cost_of_replicate) {
  Costs costs{design.in_blocks, {}, {}};
  if (!design.in_blocks) {
    const auto gather = [&](const std::vector<Replicate>& side, std::vector<double>& into) {
      for (const auto& replicate : side) {
        if (const auto cost = cost_of_replicate(replicate)) into.push_back(*cost);
      }
    };
    gather(design.baseline, costs.baseline);
    gather(design.candidate, costs.candidate);
    return costs;
  }
  for (std::size_t block = 0; block < design.baseline.size(); ++block) {
    const auto ours = cost_of_replicate(design.baseline[block]);
    const auto theirs = cost_of_replicate(design.candidate[block]);
    if (!ours || !theirs) continue;
    costs.baseline.push_back(*ours);
    costs.candidate.push_back(*theirs);
  }
  return costs;
}

std::size_t replicates_in(const Costs& costs) {
  return std::min(costs.baseline.size(), costs.candidate.size());
}

Row row_of(const Measurement& measurement, Statistic statistic, const Design& design,
           const ComparisonSettings& settings) {
  Row row;
  row.key = key(measurement);
  row.id = measurement.id;
  row.params = measurement.params;
  row.statistic = statistic;
  row.group = measurement.group;
  row.metric = measurement.metric;
  row.unit = measurement.unit;
  row.better = measurement.better;
  row.margin = margin_of(row.group, statistic, settings.margins);
  row.baseline = figures_of(design.baseline, row, settings.confidence);
  row.candidate = figures_of(design.candidate, row, settings.confidence);
  const auto costs = paired_costs(
      design, [&](const Replicate& replicate) { return cost_of(replicate, row.key, row.statistic); });
  row.effect = effect_of(costs, row.margin, settings);
  row.replicates = replicates_in(costs);
  return row;
}

bool has_tail(const Measurement& measurement, const Design& design) {
  if (is_rate_group(measurement.group)) return false;
  const auto every = [&](const std::vector<Replicate>& side) {
    return std::ranges::all_of(side, [&](const Replicate& replicate) {
      return cost_of(replicate, key(measurement), Statistic::p99).has_value();
    });
  };
  return every(design.baseline) && every(design.candidate);
}

/// One of each key, in the order in which they are shown.
std::vector<const Measurement*> every_measurement(const Design& design) {
  std::map<std::string, const Measurement*> by_key;
  for (const auto* const side : {&design.baseline, &design.candidate}) {
    for (const auto& replicate : *side) {
      for (const auto& run : replicate) by_key.insert(run.begin(), run.end());
    }
  }
  std::vector<const Measurement*> all;
  all.reserve(by_key.size());
  for (const auto& [key, measurement] : by_key) all.push_back(measurement);
  std::ranges::sort(all, [](const Measurement* a, const Measurement* b) {
    return std::tie(a->group, a->id, a->params) < std::tie(b->group, b->id, b->params);
  });
  return all;
}

// --- groups ----------------------------------------------------------------------------------------

/// The keys of each case of a group.
using Cases = std::map<std::string, std::vector<std::string>>;

/// Mean over the cases of the mean over their keys.
std::optional<double> group_cost(const Replicate& replicate, const Cases& cases) {
  double sum = 0;
  for (const auto& [id, keys] : cases) {
    double of_case = 0;
    for (const auto& key : keys) {
      const auto cost = cost_of(replicate, key, Statistic::median);
      if (!cost) return std::nullopt;
      of_case += *cost;
    }
    sum += of_case / static_cast<double>(keys.size());
  }
  return sum / static_cast<double>(cases.size());
}

bench::Part part_of(Group group) {
  if (group == Group::device) return bench::Part::control;
  return group == Group::processor || group == Group::start ? bench::Part::explains : bench::Part::judged;
}

bench::GroupRow group_row(Group group, const std::vector<Row>& rows, const Design& design,
                          const ComparisonSettings& settings) {
  bench::GroupRow result;
  result.group = group;
  result.part = part_of(group);
  result.margin = margin_of(group, Statistic::median, settings.margins);
  const auto of_group = [&](const Row& row) {
    return row.group == group && row.statistic == Statistic::median;
  };
  std::size_t most = 0;
  for (const auto& row : rows) most = of_group(row) ? std::max(most, row.replicates) : most;
  Cases cases;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto& row = rows[i];
    if (!of_group(row) || row.baseline.passed + row.candidate.passed == 0) continue;
    if (!row.effect || row.replicates < most) {
      result.left_out.push_back(row.key);
      continue;
    }
    cases[row.id].push_back(row.key);
    if (!result.worst || row.effect->log_ratio > rows[*result.worst].effect->log_ratio) result.worst = i;
  }
  result.cases = cases.size();
  if (cases.empty()) return result;
  const auto costs =
      paired_costs(design, [&](const Replicate& replicate) { return group_cost(replicate, cases); });
  result.effect = effect_of(costs, result.margin, settings);
  return result;
}

}  // namespace

std::vector<Row> rows(const Design& design, const ComparisonSettings& settings) {
  std::vector<Row> rows;
  for (const auto* const measurement : every_measurement(design)) {
    rows.push_back(row_of(*measurement, Statistic::median, design, settings));
    if (has_tail(*measurement, design))
      rows.push_back(row_of(*measurement, Statistic::p99, design, settings));
  }
  return rows;
}

std::vector<bench::GroupRow> group_rows(const Design& design, const std::vector<Row>& rows,
                                        const ComparisonSettings& settings) {
  std::vector<bench::GroupRow> groups;
  for (const auto& row : rows) {
    if (!groups.empty() && groups.back().group == row.group) continue;
    groups.push_back(group_row(row.group, rows, design, settings));
  }
  std::erase_if(groups,
                [](const bench::GroupRow& group) { return group.cases == 0 && group.left_out.empty(); });
  return groups;
}

}  // namespace gpupass::study
