// SPDX-License-Identifier: GPL-2.0-or-later
// Editing a libvirt domain's XML: pure functions from text to text. Whatever gpupass does not know stays
// unchanged.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "gpupass/pci_address.hpp"

namespace gpupass {

/// A domain has two configurations: that of the running guest, and that of its next start.
enum class DomainView { live, config };

/// A domain as libvirt lists it.
struct DomainState {
  std::string name;
  std::string uuid;
  bool running = false;
  bool persistent = true;
  bool operator==(const DomainState&) const = default;
};

/// The files of xml-templates/ as text: valid XML with working defaults.
struct DomainTemplates {
  std::string hostdev;     // one <hostdev>
  std::string root_port;   // one <controller model='pcie-root-port'>
  std::string pci_bridge;  // one <controller model='pcie-to-pci-bridge'>
};

/// The ways in which a domain can have a device of the host.
enum class DeviceWay {
  hostdev,       // <hostdev type='pci'>
  interface,     // <interface type='hostdev'>
  network,       // <interface type='network'>: where that network is a pool, one function of the pool
  nvme_disk,     // <disk type='nvme'>, which QEMU drives through VFIO
  block_disk,    // <disk type='block'>: the host's driver has the disk, and what is given is its node
  direct,        // <interface type='direct'>: a macvtap on an interface of the host's
  mediated,      // <hostdev type='mdev'>
  command_line,  // <qemu:commandline>
  override,      // <qemu:override>
};

/// One device of the host that a domain's XML names, and how. Of the last four members one is set.
struct DomainDevice {
  DeviceWay way = DeviceWay::hostdev;
  std::optional<PciAddress> function;
  std::string mediated;   // the UUID of a mediated device, in lower case
  std::string network;    // the name of a libvirt network
  std::string node = {};  // a disk or volume, "/dev/disk/by-id/…", or an interface, "eth0"
  bool operator==(const DomainDevice&) const = default;
};

/// Every device of the host that a domain's XML names, in the order of the XML. What QEMU alone understands
/// is read as QEMU reads it; an argument that names no PCI function is passed over. Error: invalid.
[[nodiscard]] Result<std::vector<DomainDevice>> domain_devices(const std::string& domain_xml);

/// Whether add_cards and remove_functions can work on what a domain has in this way.
[[nodiscard]] bool is_editable(DeviceWay way);

/// The element of a domain's XML: "<qemu:commandline>".
[[nodiscard]] const char* element_of(DeviceWay way);

/// "0000:01:00.0", "0000:03:00.0 through <disk type='nvme'>", "the mediated device c2177883-…", "a function
/// of the network pool".
[[nodiscard]] std::string describe(const DomainDevice& device);

/// Error: refused, if the domain has one of these functions in a way that gpupass does not edit.
[[nodiscard]] Result<void> refuse_uneditable(const std::string& domain_xml,
                                             const std::vector<PciAddress>& functions);

/// What a libvirt network hands out to the domains that have an interface in it.
struct NetworkPool {
  std::string network;                // its name
  std::vector<PciAddress> functions;  // named one by one
  std::vector<std::string> parents;   // network interfaces, of whose virtual functions it is any: "eth0"
  bool operator==(const NetworkPool&) const = default;
};

/// Empty for a network of another kind (a bridge, NAT). Error: invalid.
[[nodiscard]] Result<NetworkPool> pool_of(const std::string& network_xml);

/// One card, or one function given alone: functions of a single slot, in order. In a guest that is
/// not running they become one device with as many functions.
struct GuestCard {
  std::vector<PciAddress> functions;
  bool conventional = false;  // no PCI Express: on a PCIe machine it goes behind a bridge
  bool operator==(const GuestCard&) const = default;
};

/// Functions by slot, each slot one card, in order of address.
[[nodiscard]] std::vector<GuestCard> cards_of(std::vector<PciAddress> functions);

/// A <hostdev> for each function, as `gpupass xml` prints it: no guest address, so libvirt places
/// it, and hot-plug gives each function a root port of its own.
[[nodiscard]] Result<std::string> hostdev_xml(const PciAddress& function, const DomainTemplates& templates);

/// The same for cards of several functions as one document: <devices> with each card as one multifunction
/// device on a port of its own, on buses that few domains use, from k_first_free_bus on.
inline constexpr int k_first_free_bus = 0x10;
[[nodiscard]] Result<std::string> devices_xml(const std::vector<GuestCard>& cards,
                                              const DomainTemplates& templates);

/// The domain with the cards in it, each one multifunction guest device on a root port of its own
/// (q35) or in a free slot (i440FX), and with as many free root ports left as would be needed to
/// plug the same cards in hot. Functions that are already there are left as they are; where only some of a
/// card's are there, all of them become one device, in the slot that those have. A conventional card of a
/// PCIe machine goes behind a bridge. Errors: invalid (not XML, not a <domain>, a malformed address);
/// unsupported (machine type); refused, where the domain has a function in a way that is not edited.
[[nodiscard]] Result<std::string> add_cards(const std::string& domain_xml,
                                            const std::vector<GuestCard>& cards,
                                            const DomainTemplates& templates);

/// The domain without these functions, and without the root ports that add_cards gave them. Spare
/// root ports stay. It is not an error if a function is not there.
[[nodiscard]] Result<std::string> remove_functions(const std::string& domain_xml,
                                                   const std::vector<PciAddress>& functions);

/// The host functions that a domain's <hostdev> (and <interface type='hostdev'>) elements name,
/// whatever base their numbers are written in. Error: invalid.
[[nodiscard]] Result<std::vector<PciAddress>> hostdev_functions(const std::string& domain_xml);
/// The same for a text that may be empty; none, too, where it is odd.
[[nodiscard]] std::vector<PciAddress> hostdev_functions_if_any(const std::string& domain_xml);

/// Whether two texts of a domain are the same but for their PCI controllers and the functions that are passed
/// through: whether what differs may be the work of add_cards and remove_functions. Error: invalid.
[[nodiscard]] Result<bool> same_apart_from_cards(const std::string& one, const std::string& other);

/// Two texts of a configuration: before a change, and after it.
struct DomainChange {
  const std::string& before;
  const std::string& after;
};
/// A configuration that has been edited since without what the change had put in: functions, their root
/// ports, and spare ports on which nothing is. Nothing if the change had put in no function. Error:
/// invalid.
[[nodiscard]] Result<std::optional<std::string>> without_gain(const std::string& now,
                                                              const DomainChange& change);

/// How many more PCIe functions could be plugged into this running domain: free root ports of a
/// q35 machine, free slots of an i440FX one. Give it the live XML. Error: invalid.
[[nodiscard]] Result<int> free_hotplug_ports(const std::string& domain_xml);

/// The same for functions that are not PCI Express: free slots behind a bridge of a q35 machine.
[[nodiscard]] Result<int> free_conventional_slots(const std::string& domain_xml);

/// Whether the guest has PCI Express (q35, virt). Errors: invalid; unsupported (machine type).
[[nodiscard]] Result<bool> has_pci_express(const std::string& domain_xml);

/// The functions that libvirt does not bind by itself at a start: managed='no', or nothing said. Error:
/// invalid.
[[nodiscard]] Result<std::vector<PciAddress>> unmanaged_functions(const std::string& domain_xml);

/// True if this function is one of several of one guest device: libvirt cannot unplug only one of them
/// from a running guest. Error: invalid.
[[nodiscard]] Result<bool> is_multifunction_in_guest(const std::string& domain_xml,
                                                     const PciAddress& function);

}  // namespace gpupass
