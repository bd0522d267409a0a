// SPDX-License-Identifier: GPL-2.0-or-later
// Cards in the configurations of LXC's containers. A card stays on the host's driver; a container has it from
// its next start on.
#pragma once

#include <string>
#include <vector>

#include "gpupass/session/session.hpp"

namespace gpupass::session {

/// "web" of "lxc:web", as a person names a container. Error: usage.
[[nodiscard]] Result<std::string> lxc_name(const std::string& container);

/// Puts cards into the configuration of a container that is off. Errors: usage, of a name that is none;
/// not_found; busy, of a container that runs; refused, of a file that others write.
[[nodiscard]] Result<Done> attach_to_lxc(World& world, const Manner& manner, const std::string& name,
                                         const Selection& what);
/// Takes them out again: those that are named, else all. What gpupass did not put there stays.
[[nodiscard]] Result<Done> detach_from_lxc(World& world, const Manner& manner, const std::string& name,
                                           const std::vector<Selector>& what);

}  // namespace gpupass::session
