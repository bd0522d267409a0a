// SPDX-License-Identifier: GPL-2.0-or-later
// Containers of LXC, as they are on a machine.
#pragma once

#include <string>
#include <vector>

#include "gpupass/container/lxc.hpp"
#include "gpupass/host.hpp"

namespace gpupass::container {

/// The folder of all containers: lxc.lxcpath of /etc/lxc/lxc.conf, else /var/lib/lxc.
[[nodiscard]] std::string lxc_folder(const Host& host);
/// Whether a container runs: its monitor listens on a socket of that name.
[[nodiscard]] bool lxc_runs(const Host& host, const std::string& folder, const std::string& name);

/// Every container whose configuration can be read, sorted by name.
[[nodiscard]] std::vector<LxcContainer> read_lxc(const Host& host);

}  // namespace gpupass::container
