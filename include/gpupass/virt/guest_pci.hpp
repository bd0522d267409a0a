// SPDX-License-Identifier: GPL-2.0-or-later
// The PCI side of a guest, as its XML shows it: which buses there are and what is on them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "gpupass/pci_address.hpp"
#include "gpupass/virt/document.hpp"

namespace gpupass::virt {

enum class PciRoot {
  express,       // q35, virt: a card goes on a root port of its own
  conventional,  // i440FX: a card goes into a slot
};

/// A PCI controller: a bus of the guest, with the number `index`.
struct GuestBus {
  std::uint8_t index = 0;
  std::string model;    // "pcie-root-port", "pci-bridge"
  std::string alias;    // empty: libvirt's own
  bool hotplug = true;  // <target hotplug='off'/> not given
  Element* element = nullptr;
};

struct GuestPci {
  std::vector<GuestBus> buses;        // in the order of the XML
  std::vector<PciAddress> addresses;  // in the guest, of everything that has one, controllers too

  [[nodiscard]] bool is_empty(std::uint8_t bus) const;
  [[nodiscard]] bool has_alias(const std::string& alias) const;
};

/// Error: invalid.
[[nodiscard]] Result<GuestPci> guest_pci(Document& domain);

/// Told from the root controller, else from the machine type, else as libvirt does where none is
/// named. Error: unsupported.
[[nodiscard]] Result<PciRoot> pci_root(const Document& domain);

/// Root ports (and ports of a switch) with nothing on them that take a device while the guest runs.
[[nodiscard]] std::vector<GuestBus> free_ports(const GuestPci& pci);

/// Free slots of conventional buses, function 0 of each, in the order in which to use them.
[[nodiscard]] std::vector<PciAddress> free_slots(const GuestPci& pci);

/// The same of the bridges of a PCIe machine that take conventional cards.
[[nodiscard]] std::vector<PciAddress> free_bridge_slots(const GuestPci& pci);

/// The lowest number that no bus has. Error: unsupported when all 256 are taken.
[[nodiscard]] Result<std::uint8_t> next_bus(const GuestPci& pci);

}  // namespace gpupass::virt
