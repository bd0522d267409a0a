// SPDX-License-Identifier: GPL-2.0-or-later
// The configuration space of PCI functions, read by libpci.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "gpupass/host.hpp"
#include "gpupass/inventory.hpp"

struct pci_access;

namespace gpupass::discover {

class ConfigSpace {
 public:
  /// Error: invalid when the root's path is too long for libpci.
  [[nodiscard]] static Result<ConfigSpace> open(const Host& host);

  /// Nothing when the standard header could not be read.
  [[nodiscard]] std::optional<HeaderType> header_type(const PciAddress& address) const;
  /// Of the Device Serial Number capability: "48-b0-2d-ff-fe-12-34-56". Nothing without one, and for whoever
  /// may not read so far.
  [[nodiscard]] std::optional<std::string> serial_number(const PciAddress& address) const;

 private:
  struct Close {
    void operator()(pci_access* access) const;
  };
  std::unique_ptr<pci_access, Close> access_;
  // A captured machine: its files are read through it, and libpci is not asked
  const Host* captured_ = nullptr;
};

/// Where libpci was built to find the list of names, unpacked: "/usr/share/misc/pci.ids".
[[nodiscard]] std::string name_list();

}  // namespace gpupass::discover
