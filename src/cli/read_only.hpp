// SPDX-License-Identifier: GPL-2.0-or-later
// A connection that is made while a captured machine is looked at: the libvirt it reaches is this machine's.
#pragma once

#include "gpupass/cli/command.hpp"

namespace gpupass::cli {

/// Connections that can be asked, and refuse whatever would change a domain or say something to a guest, with
/// this machine's refusal (Host::changeable). The host must outlive them.
[[nodiscard]] session::Connect read_only(session::Connect connect, const Host& host);

}  // namespace gpupass::cli
