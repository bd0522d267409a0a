// SPDX-License-Identifier: GPL-2.0-or-later
// What a user names for a guest besides its cards: its disk, its seed, its network.
#pragma once

#include "gpupass/guest.hpp"
#include "gpupass/virt/document.hpp"

namespace gpupass::guest {

/// Puts the request's files and network in the places that the profile has for them, and takes out what is
/// not wanted. Errors: invalid (a profile without a place for them); usage (a network of no known kind).
[[nodiscard]] Result<void> fill_devices(virt::Document& domain, const GuestRequest& request);

/// The MAC addresses of its interfaces, in their order; none of one that has none yet.
[[nodiscard]] std::vector<std::string> mac_addresses(virt::Document& domain);

}  // namespace gpupass::guest
