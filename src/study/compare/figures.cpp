// SPDX-License-Identifier: GPL-2.0-or-later
#include "study/compare/figures.hpp"

#include <algorithm>
#include <cmath>

#include "study/compare/estimate.hpp"

namespace gpupass::study {
namespace {

using bench::Figures;
using bench::Row;
using bench::Status;

/// Of the replicates that have one.
std::vector<double> costs_of(const std::vector<Replicate>& side, const Row& row) {
  std::vector<double> costs;
  for (const auto& replicate : side) {
    if (const auto cost = cost_of(replicate, row.key, row.statistic)) costs.push_back(*cost);
  }
  return costs;
}

double value_at(double cost, bench::Better better) {
  return std::exp(better == bench::Better::lower ? cost : -cost);
}

void add_run(Figures& figures, const Measured& run, const std::string& key) {
  const auto found = run.find(key);
  const auto status = found == run.end() ? Status::waived : found->second->status;
  figures.passed += status == Status::passed ? 1 : 0;
  figures.wrong += status == Status::failed ? 1 : 0;
  if (status == Status::passed || figures.absent) return;
  figures.absent = found == run.end() ? bench::Absence{} : bench::Absence{status, found->second->reason};
}

std::optional<double> mean_ceiling(const std::vector<Replicate>& side, const std::string& key) {
  double sum = 0;
  std::size_t count = 0;
  for (const auto& replicate : side) {
    for (const auto& run : replicate) {
      const auto found = run.find(key);
      if (found == run.end() || !found->second->ceiling) continue;
      sum += found->second->ceiling->value;
      ++count;
    }
  }
  return count == 0 ? std::nullopt : std::optional(sum / static_cast<double>(count));
}

}  // namespace

Figures figures_of(const std::vector<Replicate>& side, const Row& row, double confidence) {
  Figures figures;
  for (const auto& replicate : side) {
    for (const auto& run : replicate) add_run(figures, run, row.key);
  }
  figures.ceiling = mean_ceiling(side, row.key);
  const auto costs = costs_of(side, row);
  if (costs.size() == 1) figures.value = value_at(costs.front(), row.better);
  const auto mean = estimate_mean(costs);
  if (!mean) return figures;
  const auto reach = interval(*mean, confidence);
  const auto ends = std::minmax({value_at(reach.low, row.better), value_at(reach.high, row.better)});
  figures.value = value_at(mean->difference, row.better);
  figures.interval = bench::Interval{ends.first, ends.second};
  // Where it is small, the standard deviation of logarithms is the coefficient of variation.
  figures.spread = mean->standard_error * std::sqrt(static_cast<double>(costs.size()));
  return figures;
}

}  // namespace gpupass::study
