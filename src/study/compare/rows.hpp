// SPDX-License-Identifier: GPL-2.0-or-later
// The rows of a comparison: one for each statistic of each measurement, and one for each group.
#pragma once

#include <vector>

#include "gpupass/bench/comparison.hpp"
#include "study/compare/replicates.hpp"

namespace gpupass::study {

/// Every measurement of either side, by group, id and parameters, p99 after the median where both sides
/// have samples enough. Effects are there, not adjusted.
[[nodiscard]] std::vector<bench::Row> rows(const Design& design, const bench::ComparisonSettings& settings);

/// The groups that have anything measured. Effects are there, not adjusted.
[[nodiscard]] std::vector<bench::GroupRow> group_rows(const Design& design,
                                                      const std::vector<bench::Row>& rows,
                                                      const bench::ComparisonSettings& settings);

}  // namespace gpupass::study
