// SPDX-License-Identifier: GPL-2.0-or-later
#include "discover/functions.hpp"

#include <algorithm>

#include "core/text.hpp"
#include "discover/attributes.hpp"

namespace gpupass::discovery {
namespace {

constexpr const char* k_bus = "/sys/bus/pci/devices";

/// The addresses that a folder's names are, sorted; other names become problems.
std::vector<PciAddress> addresses_in(const sys::Folder& bus, const std::vector<std::string>& names,
                                     Problems& problems) {
  std::vector<PciAddress> addresses;
  addresses.reserve(names.size());
  for (const auto& name : names) {
    if (const auto address = parse_pci_address(name)) {
      addresses.push_back(*address);
    } else {
      note(problems, bus.path_of(name), "is not named as a PCI function");
    }
  }
  std::sort(addresses.begin(), addresses.end());
  return addresses;
}

Failure no_bus(Error error) {
  error.hint = "there is no PCI bus to be seen: is sysfs mounted, and does a captured root hold sys/?";
  return Failure(std::move(error));
}

/// What to take for the header where there is no configuration space to read it from.
HeaderType header_by_class(const Device& device) {
  constexpr std::uint32_t k_pci_bridge = 0x0604, k_cardbus_bridge = 0x0607;
  const auto subclass = device.class_code >> 8U;
  if (subclass == k_pci_bridge) return HeaderType::bridge;
  return subclass == k_cardbus_bridge ? HeaderType::cardbus : HeaderType::endpoint;
}

void read_header(const sys::Folder& folder, const ConfigSpace& space, Device& device, Problems& problems) {
  // libpci would wait for ever on a pipe: it may only open what is a file.
  const auto entry = folder.entry("config");
  const auto header = entry == sys::Entry::file ? space.header_type(device.address) : std::nullopt;
  if (!header && entry != sys::Entry::none) {
    note(problems, folder.path_of("config"), "the configuration header cannot be read");
  }
  device.header_type = header.value_or(header_by_class(device));
}

}  // namespace

std::vector<PciAddress> bridges_above(std::string_view target) {
  std::vector<PciAddress> chain;
  for (const auto component : core::split(target, '/')) {
    if (component.starts_with("pci")) chain.clear();  // a root bus; Intel VMD's lies below a function
    if (const auto address = parse_pci_address(component)) chain.push_back(*address);
  }
  if (!chain.empty()) chain.pop_back();  // the function itself
  std::reverse(chain.begin(), chain.end());
  return chain;
}

Result<std::vector<Device>> read_functions(const Host& host, const ConfigSpace& space, Problems& problems) {
  const auto bus = sys::Folder::open(host, k_bus);
  if (!bus) return no_bus(bus.error());
  GPUPASS_TRY_ASSIGN(const auto names, bus->list());
  std::vector<Device> devices;
  for (const auto& address : addresses_in(*bus, names, problems)) {
    const auto name = to_string(address);
    const auto folder = bus->folder(name);
    if (!folder) {
      note(problems, bus->path_of(name), folder.error());
      continue;
    }
    auto& device = devices.emplace_back();
    device.address = address;
    // A tree made by hand may have a folder where sysfs has a link: then nothing is said of bridges.
    if (const auto target = bus->target(name.c_str()); target && *target) {
      device.bridges = bridges_above(**target);
    }
    read_attributes(*folder, device, problems);
    read_header(*folder, space, device, problems);
  }
  return devices;
}

void read_driver_overrides(const Host& host, std::vector<Device>& devices, Problems& problems) {
  constexpr std::chrono::milliseconds k_patience(1000);
  std::vector<std::string> paths;
  paths.reserve(devices.size());
  for (const auto& device : devices) {
    paths.push_back(std::string(k_bus) + "/" + to_string(device.address) + "/driver_override");
  }
  const auto values = host.guarded_attributes(paths, k_patience);
  for (std::size_t i = 0; i < devices.size(); ++i) {
    const auto& value = values[i];
    if (!value && value.error().kind == ErrorKind::not_found) continue;  // a kernel without it
    if (!value) {
      note(problems, paths[i], value.error());
    } else if (!core::trim(*value).empty() && *value != "(null)") {
      devices[i].driver_override = *value;
    }
  }
}

}  // namespace gpupass::discovery
