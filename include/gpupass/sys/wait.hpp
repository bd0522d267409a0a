// SPDX-License-Identifier: GPL-2.0-or-later
// Waits for a state that nobody announces, by looking repeatedly.
#pragma once

#include <chrono>
#include <functional>

#include "gpupass/error.hpp"

namespace gpupass::sys {

/// Looks at once and then every `between`, until `reached` says yes or `patience` is over, by a clock that
/// nobody sets. Returns whether it was reached; it is looked at least once. Error: what `reached` ended with.
[[nodiscard]] Result<bool> wait_until(std::chrono::milliseconds patience, std::chrono::milliseconds between,
                                      const std::function<Result<bool>()>& reached);

}  // namespace gpupass::sys
