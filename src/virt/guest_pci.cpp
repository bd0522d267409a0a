// SPDX-License-Identifier: GPL-2.0-or-later
#include "gpupass/virt/guest_pci.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <string_view>

#include "gpupass/core/text.hpp"
#include "gpupass/virt/address_xml.hpp"

namespace gpupass::virt {
namespace {

/// Unlike the bus in an address, libvirt reads this one in base 10 only.
Result<std::uint8_t> bus_index(const Element& controller) {
  const auto text = attribute(controller, "index").value_or("0");
  const auto value = core::parse_number(text);
  if (value && *value <= 0xff) return static_cast<std::uint8_t>(*value);
  return fail(
      ErrorKind::invalid,
      fmt::format("line {}: Invalid value for attribute 'index' in element 'controller': '{}'. Expected "
                  "a bus number from 0 to 255",
                  controller.GetLineNum(), text));
}

std::string alias_of(const Element& device) {
  const auto* const alias = device.FirstChildElement("alias");
  return alias == nullptr ? std::string() : attribute(*alias, "name").value_or("");
}

bool is_hot_pluggable(const Element& controller) {
  const auto* const target = controller.FirstChildElement("target");
  return target == nullptr || !attribute_is(*target, "hotplug", "off");
}

PciRoot root_of_model(const std::string& model) {
  return model == "pcie-root" ? PciRoot::express : PciRoot::conventional;
}

/// A machine type is a family or a version of it: "q35", "pc-q35-7.2".
bool is_of_family(std::string_view machine, std::string_view family) {
  return machine == family ||
         (machine.starts_with(family) && machine.size() > family.size() && machine[family.size()] == '-');
}

std::optional<PciRoot> root_of_machine(const std::string& machine, const std::string& arch) {
  for (const auto* const family : {"q35", "pc-q35", "virt"}) {
    if (is_of_family(machine, family)) return PciRoot::express;
  }
  for (const auto* const family : {"pc", "pc-i440fx", "pseries"}) {
    if (is_of_family(machine, family)) return PciRoot::conventional;
  }
  // Where none is named libvirt takes `pc` on a PC, and `virt` on those that have no other.
  if (!machine.empty()) return std::nullopt;
  if (arch == "x86_64" || arch == "i686") return PciRoot::conventional;
  if (arch == "aarch64" || arch == "riscv64" || arch == "loongarch64") return PciRoot::express;
  return std::nullopt;
}

/// The <type> inside <os>.
const Element* machine_element(const Document& domain) {
  const auto* const os = domain.root().FirstChildElement("os");
  return os == nullptr ? nullptr : os->FirstChildElement("type");
}

std::optional<PciRoot> root_of_controllers(const Document& domain) {
  const auto* const devices = domain.root().FirstChildElement("devices");
  if (devices == nullptr) return std::nullopt;
  for (const auto* device = devices->FirstChildElement("controller"); device != nullptr;
       device = device->NextSiblingElement("controller")) {
    const auto model = attribute(*device, "model").value_or("");
    if (model == "pcie-root" || model == "pci-root") return root_of_model(model);
  }
  return std::nullopt;
}

std::vector<PciAddress> free_slots_of(const GuestPci& pci, const std::vector<std::uint8_t>& buses) {
  std::vector<PciAddress> slots;
  for (const auto bus : buses) {
    // On bus 0 the host bridge, the PIIX3 and the first display have the slots before 3. A bridge's
    // slot 0 is its own.
    for (std::uint8_t slot = bus == 0 ? 3 : 1; slot <= 0x1f; ++slot) {
      const PciAddress address{0, bus, slot, 0};
      const auto taken = [&](const auto& other) { return other.same_slot(address); };
      if (std::none_of(pci.addresses.begin(), pci.addresses.end(), taken)) slots.push_back(address);
    }
  }
  return slots;
}

}  // namespace

bool GuestPci::is_empty(std::uint8_t bus) const {
  return std::none_of(addresses.begin(), addresses.end(),
                      [bus](const auto& address) { return address.domain == 0 && address.bus == bus; });
}

bool GuestPci::has_alias(const std::string& alias) const {
  return std::any_of(buses.begin(), buses.end(), [&](const auto& bus) { return bus.alias == alias; });
}

Result<GuestPci> guest_pci(Document& domain) {
  GuestPci pci;
  auto* const devices = domain.root().FirstChildElement("devices");
  if (devices == nullptr) return pci;
  for (auto* device = devices->FirstChildElement(); device != nullptr;
       device = device->NextSiblingElement()) {
    GPUPASS_TRY_ASSIGN(const auto address, guest_address(*device));
    if (address) pci.addresses.push_back(*address);
    if (device->Name() != std::string_view("controller") || !attribute_is(*device, "type", "pci")) continue;
    GPUPASS_TRY_ASSIGN(const auto index, bus_index(*device));
    pci.buses.push_back({index, attribute(*device, "model").value_or(""), alias_of(*device),
                         is_hot_pluggable(*device), device});
  }
  return pci;
}

Result<PciRoot> pci_root(const Document& domain) {
  const auto type = attribute(domain.root(), "type").value_or("");
  if (type != "kvm" && type != "qemu" && type != "test") {
    return fail(ErrorKind::unsupported, fmt::format("a domain of type '{}' takes no card through VFIO", type),
                "gpupass gives cards to domains of type 'kvm' or 'qemu'");
  }
  if (const auto root = root_of_controllers(domain)) return *root;
  const auto* const element = machine_element(domain);
  const auto machine = element == nullptr ? "" : attribute(*element, "machine").value_or("");
  const auto arch = element == nullptr ? "" : attribute(*element, "arch").value_or("");
  if (const auto root = root_of_machine(machine, arch)) return *root;
  return fail(ErrorKind::unsupported,
              machine.empty() ? "the domain names no machine type, so its PCI root is not known"
                              : fmt::format("machine type '{}' has no PCI root that gpupass knows", machine),
              arch == "aarch64" ? "name one, as in <type arch='aarch64' machine='virt'>hvm</type>"
                                : "name one, as in <type arch='x86_64' machine='q35'>hvm</type>");
}

std::vector<GuestBus> free_ports(const GuestPci& pci) {
  std::vector<GuestBus> ports;
  std::copy_if(pci.buses.begin(), pci.buses.end(), std::back_inserter(ports), [&](const auto& bus) {
    return (bus.model == "pcie-root-port" || bus.model == "pcie-switch-downstream-port") && bus.hotplug &&
           pci.is_empty(bus.index);
  });
  return ports;
}

std::vector<PciAddress> free_slots(const GuestPci& pci) {
  std::vector<std::uint8_t> buses{0};
  for (const auto& bus : pci.buses) {
    if (bus.model == "pci-bridge") buses.push_back(bus.index);
  }
  return free_slots_of(pci, buses);
}

std::vector<PciAddress> free_bridge_slots(const GuestPci& pci) {
  std::vector<std::uint8_t> buses;
  for (const auto& bus : pci.buses) {
    if ((bus.model == "pcie-to-pci-bridge" || bus.model == "pci-bridge") && bus.hotplug)
      buses.push_back(bus.index);
  }
  return free_slots_of(pci, buses);
}

Result<std::uint8_t> next_bus(const GuestPci& pci) {
  for (unsigned index = 1; index <= 0xff; ++index) {
    const auto bus = static_cast<std::uint8_t>(index);
    const auto has_it = [bus](const auto& other) { return other.index == bus; };
    // A bus may be used before its controller is written down: libvirt adds that one.
    if (pci.is_empty(bus) && std::none_of(pci.buses.begin(), pci.buses.end(), has_it)) return bus;
  }
  return fail(ErrorKind::unsupported, "all 256 PCI buses of the domain are taken",
              "remove PCI controllers that nothing uses");
}

}  // namespace gpupass::virt
