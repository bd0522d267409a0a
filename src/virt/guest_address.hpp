// SPDX-License-Identifier: GPL-2.0-or-later
// Where a guest says that it is. libvirt hands on the words of the guest's agent unread, and they end in an
// argument of ssh: what is not an address is not used.
#pragma once

#include <string>

namespace gpupass::virt {

/// Whether it is an IPv4 or IPv6 address that this host may reach: neither loopback nor link-local.
[[nodiscard]] bool is_reachable_address(const std::string& text);

}  // namespace gpupass::virt
