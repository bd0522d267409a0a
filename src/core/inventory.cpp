// SPDX-License-Identifier: GPL-2.0-or-later
// Looking things up in the value; reading it from a machine is src/discover's.
#include "gpupass/inventory.hpp"

#include <algorithm>

namespace gpupass {
namespace {

/// The element whose key is this one; nothing if there is none. Inventories are small, and a list
/// made by hand in a test need not be sorted.
template <class Elements, class Key, class Projection>
auto find_by(const Elements& elements, const Key& key, Projection projection) -> decltype(elements.data()) {
  const auto found = std::ranges::find(elements, key, projection);
  return found == elements.end() ? nullptr : &*found;
}

}  // namespace

const Module* Kernel::module(std::string_view name) const {
  return find_by(modules, name, &Module::name);
}

const Device* Inventory::find(const PciAddress& address) const {
  return find_by(devices, address, &Device::address);
}

const IommuGroup* Inventory::group(int number) const {
  return find_by(groups, number, &IommuGroup::number);
}

std::vector<PciAddress> Inventory::slot_of(const PciAddress& address) const {
  std::vector<PciAddress> functions;
  for (const auto& device : devices) {
    if (device.address.same_slot(address)) functions.push_back(device.address);
  }
  return functions;
}

}  // namespace gpupass
