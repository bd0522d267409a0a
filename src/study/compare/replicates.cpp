// SPDX-License-Identifier: GPL-2.0-or-later
#include "study/compare/replicates.hpp"

#include <algorithm>
#include <cmath>
#include <map>

namespace gpupass::study {
namespace {

using bench::Measurement;
using bench::Run;
using bench::Side;

constexpr std::int64_t k_least_for_p99 = 1000;  // ten samples in the tail

bool all_in_blocks(const Side& side) {
  return !side.runs.empty() &&
         std::ranges::all_of(side.runs, [](const Run& run) { return run.block.has_value(); });
}

Measured measured(const Run& run) {
  Measured measured;
  for (const auto& measurement : run.benchmarks) measured[bench::key(measurement)] = &measurement;
  return measured;
}

using Blocks = std::map<std::int64_t, Replicate>;

Blocks blocks_of(const Side& side) {
  Blocks blocks;
  for (const auto& run : side.runs) blocks[*run.block].push_back(measured(run));
  return blocks;
}

void remark_on_unpaired(const Blocks& blocks, const Blocks& others, bench::Which side,
                        std::vector<bench::Remark>& remarks) {
  for (const auto& [block, runs] : blocks) {
    if (!others.contains(block)) remarks.emplace_back(bench::UnpairedBlock{block, side});
  }
}

std::vector<Replicate> single_runs(const Side& side) {
  std::vector<Replicate> replicates;
  for (const auto& run : side.runs) replicates.push_back({measured(run)});
  return replicates;
}

/// Two heaps: each run stands for itself.
Design unpaired(const Side& baseline, const Side& candidate, std::vector<bench::Remark> remarks) {
  return {false, single_runs(baseline), single_runs(candidate), std::move(remarks)};
}

}  // namespace

Design design(const Side& baseline, const Side& candidate) {
  if (!all_in_blocks(baseline) || !all_in_blocks(candidate)) return unpaired(baseline, candidate, {});
  Design design;
  design.in_blocks = true;
  const auto ours = blocks_of(baseline);
  const auto theirs = blocks_of(candidate);
  for (const auto& [block, runs] : ours) {
    const auto other = theirs.find(block);
    if (other == theirs.end()) continue;
    design.baseline.push_back(runs);
    design.candidate.push_back(other->second);
  }
  if (design.baseline.empty()) return unpaired(baseline, candidate, {bench::NoCommonBlock{}});
  remark_on_unpaired(ours, theirs, bench::Which::baseline, design.remarks);
  remark_on_unpaired(theirs, ours, bench::Which::candidate, design.remarks);
  return design;
}

std::optional<double> value_of(const Measurement& measurement, bench::Statistic statistic) {
  if (measurement.status != bench::Status::passed || !measurement.summary) return std::nullopt;
  const auto& summary = *measurement.summary;
  if (statistic == bench::Statistic::p99 && summary.n < k_least_for_p99) return std::nullopt;
  const double value = statistic == bench::Statistic::median ? summary.median : summary.p99;
  return value > 0 && std::isfinite(value) ? std::optional(value) : std::nullopt;
}

double cost(double value, bench::Better better) {
  return better == bench::Better::lower ? std::log(value) : -std::log(value);
}

std::optional<double> cost_of(const Replicate& replicate, const std::string& key,
                              bench::Statistic statistic) {
  double sum = 0;
  for (const auto& run : replicate) {
    const auto found = run.find(key);
    const auto value = found == run.end() ? std::nullopt : value_of(*found->second, statistic);
    if (!value) return std::nullopt;
    sum += cost(*value, found->second->better);
  }
  return sum / static_cast<double>(replicate.size());
}

}  // namespace gpupass::study
