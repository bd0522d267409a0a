// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <string>
#include <vector>

#include "gpupass/remaining.hpp"

namespace gpupass::report {

/// What a person still has to do, numbered, and the command that does it; empty for nothing.
[[nodiscard]] std::string remaining_text(const std::vector<RemainingStep>& steps, const std::string& command);

}  // namespace gpupass::report
