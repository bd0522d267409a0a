// SPDX-License-Identifier: GPL-2.0-or-later
// What is to be bound at each boot, and what this one did.
#pragma once

#include <string>
#include <vector>

#include "gpupass/boot_binding.hpp"
#include "gpupass/host.hpp"

namespace gpupass::session {

/// A function that is bound at boot, or is to be, or is no longer to be.
struct BoundAtBoot {
  PciAddress device;
  std::string ids;        // "1002:5046"
  std::string driver;     // now; empty: none
  bool set_up = false;    // the list that is read at boot has it
  bool honoured = false;  // this boot bound it
  bool there = true;      // false: another device is at that address, or none
  std::string state;      // for a person
  bool operator==(const BoundAtBoot&) const = default;
};

/// What is written down and what the host's list says, sorted by device. Error: a record cannot be read.
[[nodiscard]] Result<std::vector<BoundAtBoot>> bound_at_boot(const Host& host);

}  // namespace gpupass::session
