// SPDX-License-Identifier: GPL-2.0-or-later
// <address> elements with the numbers of a PCI function, of the host or of the guest.
#pragma once

#include <optional>

#include "gpupass/pci_address.hpp"
#include "gpupass/virt/document.hpp"

namespace gpupass::virt {

/// As libvirt reads it: each number decimal, hexadecimal after 0x, or octal after 0 (bus='010' is
/// bus 8); one that is absent is 0. Error: invalid, in libvirt's words.
[[nodiscard]] Result<PciAddress> read_address(const Element& address);

/// Always in hexadecimal of full width, which nobody can misread.
void write_address(Element& address, const PciAddress& value);

/// Where a device of the domain sits in the guest; nothing if libvirt has yet to place it, or it
/// is on no PCI bus. Error: invalid.
[[nodiscard]] Result<std::optional<PciAddress>> guest_address(const Element& device);

}  // namespace gpupass::virt
