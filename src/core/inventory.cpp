// SPDX-License-Identifier: GPL-2.0-or-later
// Looking things up in the value; reading it from a machine is src/discover's.
#include "gpupass/inventory.hpp"

#include <algorithm>
#include <array>

namespace gpupass {
namespace {

/// The element with this key in a list sorted by it; nothing if there is none.
template <class Elements, class Key, class Projection>
auto find_sorted(const Elements& elements, const Key& key, Projection projection)
    -> decltype(elements.data()) {
  const auto found = std::ranges::lower_bound(elements, key, {}, projection);
  return found == elements.end() || (*found).*projection != key ? nullptr : &*found;
}

}  // namespace

bool is_container_engine(std::string_view manager) {
  constexpr std::array<std::string_view, 5> k_engines = {"docker", "podman", "kubernetes", "lxc",
                                                         "systemd-nspawn"};
  return std::ranges::find(k_engines, manager) != k_engines.end();
}

bool Device::is_board_part() const {
  constexpr std::uint32_t k_bridges = 0x06;
  // From here on: RACEway, semi-transparent PCI, InfiniBand, "other". Host, ISA, EISA, MCA, PCI, PCMCIA,
  // NuBus and CardBus bridges come before.
  constexpr std::uint32_t k_first_of_cards = 0x08;
  if (class_code >> 16U != k_bridges || connects_buses()) return false;
  const auto subclass = class_code >> 8U & 0xffU;
  return subclass < k_first_of_cards || bridges.empty();
}

std::vector<ReservedRegion> IommuGroup::direct_regions() const {
  std::vector<ReservedRegion> direct;
  for (const auto& region : reserved_regions.value_or(std::vector<ReservedRegion>{})) {
    if (region.type == "direct") direct.push_back(region);
  }
  return direct;
}

const Module* Kernel::module(std::string_view name) const {
  const auto found = std::ranges::find(modules, name, &Module::name);
  return found == modules.end() ? nullptr : &*found;
}

const Device* Inventory::find(const PciAddress& address) const {
  return find_sorted(devices, address, &Device::address);
}

const IommuGroup* Inventory::group(int number) const {
  return find_sorted(groups, number, &IommuGroup::number);
}

std::vector<PciAddress> Inventory::slot_of(const PciAddress& address) const {
  std::vector<PciAddress> functions;
  const auto first = std::ranges::lower_bound(
      devices, PciAddress{address.domain, address.bus, address.slot, 0}, {}, &Device::address);
  for (auto device = first; device != devices.end() && device->address.same_slot(address); ++device) {
    functions.push_back(device->address);
  }
  return functions;
}

}  // namespace gpupass
