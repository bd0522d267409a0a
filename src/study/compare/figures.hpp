// SPDX-License-Identifier: GPL-2.0-or-later
// What one side's runs say of one row.
#pragma once

#include <vector>

#include "study/compare/replicates.hpp"

namespace gpupass::study {

/// Figures::absent of what a run does not have at all.
inline constexpr const char* k_not_run = "not run";

/// Of the row's key and statistic.
[[nodiscard]] bench::Figures figures_of(const std::vector<Replicate>& side, const bench::Row& row,
                                        double confidence);

}  // namespace gpupass::study
