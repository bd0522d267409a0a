// SPDX-License-Identifier: GPL-2.0-or-later
// What gpupass remembers of a device for as long as it has it: where it must go back to.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "gpupass/error.hpp"
#include "gpupass/identity.hpp"
#include "gpupass/pci_address.hpp"

namespace gpupass {

/// One device that gpupass took, as kept in /var/lib/gpupass/holds.
struct Hold {
  PciAddress device;
  Identity identity;              // what was at that address: whatever else is there by now is not held
  std::string original_driver;    // bound when gpupass came; empty: none
  std::string original_override;  // driver_override when gpupass came; empty: not set
  bool bound = false;             // by `gpupass bind`: stays with us when a domain gives it back
  std::string domain;             // the domain that has it; empty: none
  std::string uri;                // that domain's connection
  bool lend = false;  // it is with the host until its domain starts: libvirt's hook binds it for each start
  std::string
      lent_to;  // the domain for whose start the hook bound it: it goes back when that ends; empty: none
  std::string since;    // UTC, "2026-11-22T12:35:21Z"
  std::string boot_id;  // of the boot in which gpupass, or the hook after it, took it

  bool operator==(const Hold&) const = default;
};

[[nodiscard]] std::string to_json(const Hold& hold);
[[nodiscard]] Result<Hold> hold_from_json(const std::string& text);

}  // namespace gpupass
