// SPDX-License-Identifier: GPL-2.0-or-later
// What is to be bound at each boot, and what this one did.
#pragma once

#include <vector>

#include "gpupass/host.hpp"
#include "gpupass/status.hpp"

namespace gpupass::session {

/// What is written down and what the host's list says, sorted by device. Error: a record cannot be read.
[[nodiscard]] Result<std::vector<BoundAtBoot>> bound_at_boot(const Host& host);

}  // namespace gpupass::session
