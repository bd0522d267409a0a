// SPDX-License-Identifier: GPL-2.0-or-later
// Editing a libvirt domain's XML: pure functions from text to text. Whatever gpupass does not know
// stays as it was.
#pragma once

#include <string>
#include <vector>

#include "gpupass/pci_address.hpp"

namespace gpupass {

/// The files of xml-templates/ as text: valid XML with working defaults.
struct DomainTemplates {
  std::string hostdev;    // one <hostdev>
  std::string root_port;  // one <controller model='pcie-root-port'>
};

/// One card, or one function given alone: functions of a single slot, in order. In a guest that is
/// not running they become one device with as many functions.
struct GuestCard {
  std::vector<PciAddress> functions;
  bool operator==(const GuestCard&) const = default;
};

/// Functions by slot, each slot one card, in order of address.
[[nodiscard]] std::vector<GuestCard> cards_of(std::vector<PciAddress> functions);

/// A <hostdev> for each function, as `gpupass xml` prints it: no guest address, so libvirt places
/// it, and hot-plug gives each function a root port of its own.
[[nodiscard]] Result<std::string> hostdev_xml(const PciAddress& function, const DomainTemplates& templates);

/// The domain with the cards in it, each one multifunction guest device on a root port of its own
/// (q35) or in a free slot (i440FX), and with as many free root ports left as would be needed to
/// plug the same cards in hot. Functions that are already there are left as they are.
/// Errors: invalid (not XML, not a <domain>, a malformed address); unsupported (machine type).
[[nodiscard]] Result<std::string> add_cards(const std::string& domain_xml,
                                            const std::vector<GuestCard>& cards,
                                            const DomainTemplates& templates);

/// The domain without these functions, and without the root ports that add_cards gave them. Spare
/// root ports stay. Functions that are not there are no error.
[[nodiscard]] Result<std::string> remove_functions(const std::string& domain_xml,
                                                   const std::vector<PciAddress>& functions);

/// The host functions that a domain's <hostdev> (and <interface type='hostdev'>) elements name,
/// whatever base their numbers are written in. Error: invalid.
[[nodiscard]] Result<std::vector<PciAddress>> hostdev_functions(const std::string& domain_xml);

/// How many more PCIe functions could be plugged into this running domain: free root ports of a
/// q35 machine, free slots of an i440FX one. Give it the live XML. Error: invalid.
[[nodiscard]] Result<int> free_hotplug_ports(const std::string& domain_xml);

/// True if this function is one of several of one guest device: libvirt cannot unplug such a one
/// from a running guest. Error: invalid.
[[nodiscard]] Result<bool> is_multifunction_in_guest(const std::string& domain_xml,
                                                     const PciAddress& function);

}  // namespace gpupass
