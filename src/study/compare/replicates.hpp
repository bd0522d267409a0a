// SPDX-License-Identifier: GPL-2.0-or-later
// Which runs are compared with which, and the value of one run for one measurement.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "gpupass/bench/comparison.hpp"

namespace gpupass::study {

/// What a run measured, by key, whatever its status.
using Measured = std::map<std::string, const bench::Measurement*>;

/// The runs of one side in one block; without blocks a single run.
using Replicate = std::vector<Measured>;

struct Design {
  bool in_blocks = false;
  std::vector<Replicate> baseline, candidate;  // in blocks: of one length, the i-th belong together
  std::vector<bench::Remark> remarks;          // on blocks
};

/// In blocks if every run has one and some block has runs of both sides, else without.
[[nodiscard]] Design design(const bench::Side& baseline, const bench::Side& candidate);

/// In the measurement's unit. Nothing unless it passed; no p99 of fewer than 1000 samples.
[[nodiscard]] std::optional<double> value_of(const bench::Measurement& measurement,
                                             bench::Statistic statistic);

/// The logarithm of a value's cost: of a time as it is, of a rate its negative.
[[nodiscard]] double cost(double value, bench::Better better);

/// Mean cost over a replicate's runs. Nothing unless all of them have a value.
[[nodiscard]] std::optional<double> cost_of(const Replicate& replicate, const std::string& key,
                                            bench::Statistic statistic);

}  // namespace gpupass::study
