// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <vector>

#include "gpupass/remaining.hpp"
#include "gpupass/session/world.hpp"
#include "gpupass/step.hpp"

namespace gpupass::session {

/// How a person does these steps, which set files: a shipped file is copied, any other is patched.
[[nodiscard]] Result<std::vector<RemainingStep>> remaining(World& world, const std::vector<Step>& steps);

}  // namespace gpupass::session
