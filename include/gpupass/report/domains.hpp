// SPDX-License-Identifier: GPL-2.0-or-later
// Which domain has a device, and whether it runs.
#pragma once

#include <string>
#include <vector>

#include "gpupass/core/json.hpp"
#include "gpupass/pci_address.hpp"

namespace gpupass::report {

enum class DomainPhase {
  running,     // the guest has the device now
  next_start,  // the guest runs without it, and will have it from its next start
  off,
};

/// A domain of libvirt that has a device.
struct Assignment {
  PciAddress device;
  std::string domain, uri;
  DomainPhase phase = DomainPhase::off;
  std::string mediated;  // the UUID of the device's child that the domain has; empty: the device itself
  std::string network;   // the pool that hands out this function or another of it; empty: it is this one
  bool own = false;      // gpupass put it there
  bool operator==(const Assignment&) const = default;
};

/// A connection that was asked which domains have devices.
struct LibvirtAnswer {
  std::string uri;
  std::string missing;  // why there is no answer; empty: it answered
};

/// "vm1 (running)", "vm1 (off, any of pool vfs)"
[[nodiscard]] std::string domain_text(const Assignment& assignment);

/// Those of one device in one text; empty for none.
[[nodiscard]] std::string domains_text(const PciAddress& device, const std::vector<Assignment>& all);

[[nodiscard]] core::Json to_json(const Assignment& assignment);
[[nodiscard]] core::Json to_json(const LibvirtAnswer& answer);

}  // namespace gpupass::report
