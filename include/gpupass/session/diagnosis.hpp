// SPDX-License-Identifier: GPL-2.0-or-later
// Looks at this machine, and returns the findings.
#pragma once

#include <string>

#include "gpupass/judge/diagnosis.hpp"
#include "gpupass/session/session.hpp"

namespace gpupass::session {

/// Each graphics card is a target of its own; what is selected is judged together, as an attach would take
/// it. What domains have counts where libvirt says it soon. Error: the libvirt that `connection` names does
/// not answer.
[[nodiscard]] Result<judge::Diagnosis> diagnose(const World& world, const Selection& what,
                                                const std::string& connection);

}  // namespace gpupass::session
