// SPDX-License-Identifier: GPL-2.0-or-later
// A connection that is made while a captured machine is looked at: the libvirt it reaches is this machine's.
#pragma once

#include "gpupass/session/world.hpp"

namespace gpupass::session {

/// Connections that can be asked, and refuse whatever would change a domain or say something to a guest, with
/// this machine's refusal (Host::changeable). The host must outlive them.
[[nodiscard]] Connect read_only(Connect connect, const Host& host);

}  // namespace gpupass::session
