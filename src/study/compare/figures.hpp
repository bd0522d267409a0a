// SPDX-License-Identifier: GPL-2.0-or-later
// One side's results for one row.
#pragma once

#include <vector>

#include "study/compare/replicates.hpp"

namespace gpupass::study {

/// Of the row's key and statistic.
[[nodiscard]] bench::Figures figures_of(const std::vector<Replicate>& side, const bench::Row& row,
                                        double confidence);

}  // namespace gpupass::study
