// SPDX-License-Identifier: GPL-2.0-or-later
// The part of `gpupass status` that is about domains: what became of those that held devices were given to,
// and which devices others have.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/libvirt_now.hpp"
#include "gpupass/hold.hpp"

namespace gpupass::cli {

/// A domain that gpupass gave a device to.
struct GivenTo {
  enum class State { unknown, gone, off, running };  // unknown: libvirt does not say

  std::string domain, uri;
  State state = State::unknown;
  std::optional<bool> has_it;  // nothing: not known, or the domain is gone
};

/// For each domain of a hold.
[[nodiscard]] std::vector<GivenTo> given_to(const Hold& hold, const std::vector<LibvirtNow>& looks,
                                            const std::vector<report::Assignment>& assignments);

/// "vm1 (off)"; a connection that is not what a command asks by itself, or a user's own, is named.
[[nodiscard]] std::string text_of(const GivenTo& given, const std::string& default_uri);

/// "vm1 is gone", "vm1 no longer has it"; empty where it is as gpupass left it.
[[nodiscard]] std::string trouble_of(const GivenTo& given);

/// The commands that give back what was given to domains that have it no more; empty for none.
[[nodiscard]] std::string giving_back(const std::vector<std::pair<PciAddress, GivenTo>>& given,
                                      const std::string& default_uri);

[[nodiscard]] core::Json to_json(const GivenTo& given);

/// A device that gpupass does not hold although a domain has it or vfio-pci keeps it.
struct NotHeld {
  PciAddress device;
  std::string driver;  // now; empty: none
  std::optional<report::Assignment> assignment;
  bool lost = false;  // gpupass put it into the domain, and has no record of it
};

/// Sorted by device. `known` are bound at each boot: they count only where a domain has them.
[[nodiscard]] std::vector<NotHeld> not_held(const Inventory& inventory, const std::vector<Hold>& holds,
                                            const std::vector<PciAddress>& known,
                                            const std::vector<report::Assignment>& assignments);

[[nodiscard]] std::string text_of(const NotHeld& device, const std::string& default_uri);
[[nodiscard]] std::string state_of(const NotHeld& device);

/// The commands that record what gpupass has lost; empty for none.
[[nodiscard]] std::string recording(const std::vector<NotHeld>& devices, const std::string& default_uri);

[[nodiscard]] core::Json to_json(const NotHeld& device);

}  // namespace gpupass::cli
