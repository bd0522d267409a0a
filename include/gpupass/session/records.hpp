// SPDX-License-Identifier: GPL-2.0-or-later
// Whether what a domain's configuration names is what the domain was given.
#pragma once

#include <string>

#include "gpupass/session/held.hpp"

namespace gpupass::session {

/// Error: refused, if gpupass has no record of a function, or another device is at its address now.
[[nodiscard]] Result<void> check_records(const World& world, const Inventory& inventory,
                                         const std::string& domain, const Functions& functions);

}  // namespace gpupass::session
