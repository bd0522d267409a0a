// SPDX-License-Identifier: GPL-2.0-or-later
// The holds that are written down on a machine, a file each in /var/lib/gpupass/holds.
#pragma once

#include <optional>
#include <vector>

#include "gpupass/hold.hpp"
#include "gpupass/host.hpp"

namespace gpupass {

/// All holds, sorted by device. A record that cannot be read is an error of kind invalid that names it.
[[nodiscard]] Result<std::vector<Hold>> load_holds(const Host& host);
[[nodiscard]] Result<std::optional<Hold>> load_hold(const Host& host, const PciAddress& device);
/// Written to a temporary file, fsynced, renamed.
[[nodiscard]] Result<void> save_hold(Host& host, const Hold& hold);
[[nodiscard]] Result<void> remove_hold(Host& host, const PciAddress& device);

}  // namespace gpupass
