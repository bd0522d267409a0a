// SPDX-License-Identifier: GPL-2.0-or-later
// The holds recorded on a machine, one file each in /var/lib/gpupass/holds.
#pragma once

#include <optional>
#include <vector>

#include "gpupass/hold.hpp"
#include "gpupass/host.hpp"
#include "gpupass/record_files.hpp"

namespace gpupass {

/// All holds, sorted by device.
[[nodiscard]] Result<Records<Hold>> read_holds(const Host& host);
/// Those of them that can be read, for uses that concern no single device; for one device use load_hold().
[[nodiscard]] Result<std::vector<Hold>> load_holds(const Host& host);
/// A record that cannot be read is an error that names it: of kind invalid, or denied.
[[nodiscard]] Result<std::optional<Hold>> load_hold(const Host& host, const DeviceName& device);
/// Written to a temporary file, fsynced, renamed.
[[nodiscard]] Result<void> save_hold(Host& host, const Hold& hold);
[[nodiscard]] Result<void> remove_hold(Host& host, const DeviceName& device);

}  // namespace gpupass
