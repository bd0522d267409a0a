// SPDX-License-Identifier: GPL-2.0-or-later
// The part of status() that is about domains: what became of those that held devices were given to, and which
// devices others have.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "gpupass/session/libvirt_now.hpp"
#include "gpupass/session/status.hpp"

namespace gpupass::session {

/// For each domain of a hold.
[[nodiscard]] std::vector<GivenTo> given_to(const Hold& hold, const std::vector<LibvirtNow>& looks,
                                            const std::vector<report::Assignment>& assignments);

/// "vm1 (off)"; a connection that is not what a command asks by itself, or a user's own, is named.
[[nodiscard]] std::string text_of(const GivenTo& given, const std::string& default_uri);

/// "vm1 is gone", "vm1 no longer has it"; empty if it is as gpupass left it.
[[nodiscard]] std::string trouble_of(const GivenTo& given);

/// The commands that give back what was given to domains that have it no more; empty for none.
[[nodiscard]] std::string giving_back(const std::vector<std::pair<PciAddress, GivenTo>>& given,
                                      const std::string& default_uri);

/// Sorted by device. `known` are bound at each boot: they count only where a domain has them.
[[nodiscard]] std::vector<NotHeld> not_held(const Inventory& inventory, const std::vector<Hold>& holds,
                                            const std::vector<PciAddress>& known,
                                            const std::vector<report::Assignment>& assignments,
                                            const std::string& default_uri);

/// The commands that record what gpupass has lost; empty for none.
[[nodiscard]] std::string recording(const std::vector<NotHeld>& devices, const std::string& default_uri);

}  // namespace gpupass::session
