// SPDX-License-Identifier: GPL-2.0-or-later
// How large a difference is and how certain: Student's t, and the bootstrap as a cross-check.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "gpupass/bench/comparison.hpp"

namespace gpupass::study {

using bench::Interval;

/// One number a replicate: the logarithm of a cost. In blocks the i-th of both sides belong together.
struct Costs {
  bool in_blocks = false;
  std::vector<double> baseline, candidate;  // of one length in blocks
};

/// candidate − baseline.
struct Estimate {
  double difference = 0;
  double standard_error = 0;
  double freedom = 1;  // degrees of it; Welch's without blocks
};

/// Nothing for fewer than two replicates on a side.
[[nodiscard]] std::optional<Estimate> estimate(const Costs& costs);
/// Of a single series' mean. Nothing for fewer than two.
[[nodiscard]] std::optional<Estimate> estimate_mean(const std::vector<double>& series);

[[nodiscard]] Interval interval(const Estimate& estimate, double confidence);

/// One-sided p of "the difference, in the direction it has, is not beyond the margin".
[[nodiscard]] double p_beyond(const Estimate& estimate, double margin);

/// Percentile interval of the difference of means, from at least two replicates a side: whole blocks are
/// drawn, or runs of each side. One seed draws the same blocks whatever the costs are of.
[[nodiscard]] Interval bootstrap(const Costs& costs, double confidence, int resamples, std::uint64_t seed);

}  // namespace gpupass::study
