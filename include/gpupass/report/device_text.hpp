// SPDX-License-Identifier: GPL-2.0-or-later
// A device in the words of a table.
#pragma once

#include <string>
#include <vector>

#include "gpupass/inventory.hpp"
#include "gpupass/report/domains.hpp"

namespace gpupass::report {

/// "10de:2330".
[[nodiscard]] std::string ids(const Device& device);

/// Vendor and model in few words: "NVIDIA GH100 [H100 SXM5 80GB]". Where pci.ids has no model, what
/// kind of device it is: "NVIDIA 3D controller".
[[nodiscard]] std::string short_name(const Device& device);

/// "16.0 GT/s x16", and what it could be where it is less: "2.5 GT/s x16 of 16.0 GT/s x16".
[[nodiscard]] std::string link_text(const Device& device);

/// What a person should know before touching it: "boot display", "D3cold", "override"
/// (to the driver it has) or "override vfio-pci" (to another).
[[nodiscard]] std::string remarks(const Device& device);

/// Those of the devices that are shown as a table for `gpupass list`, with the domains that have them; or a
/// sentence where none are.
[[nodiscard]] std::string list_text(const Inventory& inventory, const std::vector<const Device*>& shown,
                                    const std::vector<Assignment>& assignments, int width, bool colour);

/// What could not be read, a line for each of the first few; empty for nothing.
[[nodiscard]] std::string problems_text(const std::vector<Problem>& problems);

}  // namespace gpupass::report
