// SPDX-License-Identifier: GPL-2.0-or-later
// A look at what gpupass holds, and at what was left unfinished.
#pragma once

#include <string>

#include "gpupass/session/requester.hpp"
#include "gpupass/session/world.hpp"
#include "gpupass/status.hpp"

namespace gpupass::session {

/// What is not for this user is left out and noted. `connection` is the libvirt that is named; empty: none.
[[nodiscard]] Result<Status> status(const World& world, Requester& requester, const std::string& connection);

}  // namespace gpupass::session
