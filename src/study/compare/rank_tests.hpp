// SPDX-License-Identifier: GPL-2.0-or-later
// Tests that ask only for an order, and the adjustment for asking many questions at once. All two-sided.
#pragma once

#include <vector>

namespace gpupass::study {

/// Wilcoxon's signed ranks: p that differences of pairs lie evenly around zero. Pairs without a difference
/// are left out; ties share their ranks. Exact up to 200 pairs.
[[nodiscard]] double signed_rank_p(const std::vector<double>& differences);

/// Wilcoxon, Mann and Whitney's rank sum: p that neither series tends to the larger values. Exact up to 60
/// values in both.
[[nodiscard]] double rank_sum_p(const std::vector<double>& a, const std::vector<double>& b);

/// Holm's step-down: the p values such that rejecting those below 5 % is wrong anywhere in 5 % of families.
[[nodiscard]] std::vector<double> holm(const std::vector<double>& p_values);

}  // namespace gpupass::study
