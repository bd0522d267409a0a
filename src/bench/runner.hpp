// SPDX-License-Identifier: GPL-2.0-or-later
// Runs cases one after the other and gathers what they measured.
#pragma once

#include <functional>
#include <vector>

#include "bench/needs.hpp"

namespace gpupass::bench {

/// The cases in the order that the seed gives: what drifts during a run then falls on other cases in the
/// next.
[[nodiscard]] std::vector<const Case*> in_random_order(std::vector<const Case*> rows, std::uint64_t seed);

/// Runs one case. A case whose needs are not met is one measurement that says so, a case that breaks off
/// one more that says why.
void run_case(const Case& row, const Settings& settings, NeedsMet& met,
              const std::function<void(Measurement)>& sink);

/// What a case leaves that ended early, after it had recorded so many measurements. Its parameters keep it
/// apart from them.
[[nodiscard]] Measurement broke_off(const Case& row, std::string reason, std::size_t recorded);

/// Decides the status of what a case recorded, and adds the summary.
[[nodiscard]] Measurement finished(Measurement measurement);

}  // namespace gpupass::bench
