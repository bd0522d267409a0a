// SPDX-License-Identifier: GPL-2.0-or-later
// From costs to a verdict.
#pragma once

#include <vector>

#include "gpupass/bench/comparison.hpp"
#include "study/compare/estimate.hpp"

namespace gpupass::study {

/// "1 % slower" and "1 % faster" lie equally far from none: the margin as a logarithm.
[[nodiscard]] double log_margin(double margin);

/// Equivalent if the interval is within the margin, slower or faster if it is beyond, else inconclusive.
[[nodiscard]] bench::Verdict verdict_of(const Interval& interval, double margin);

/// With the p values not yet adjusted for what stands beside it. Nothing for fewer than two replicates on a
/// side.
[[nodiscard]] std::optional<bench::Effect> effect_of(const Costs& costs, double margin,
                                                     const bench::ComparisonSettings& settings);

/// Adjusts the p values of effects that are judged together.
void adjust(const std::vector<bench::Effect*>& family);

/// Whether it is beyond its margin with all that is judged beside it accounted for.
[[nodiscard]] bool surely_beyond(const bench::Effect& effect, double confidence);

}  // namespace gpupass::study
