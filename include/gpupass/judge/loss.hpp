// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <string>

#include "gpupass/finding.hpp"

namespace gpupass::judge {

/// What a person loses with a guest that is deleted.
[[nodiscard]] Finding loss_of_guest(const std::string& name);

}  // namespace gpupass::judge
