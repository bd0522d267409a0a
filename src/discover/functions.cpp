// SPDX-License-Identifier: GPL-2.0-or-later
#include "discover/functions.hpp"

#include <algorithm>
#include <future>
#include <iterator>
#include <span>
#include <thread>

#include "discover/attributes.hpp"
#include "discover/pci.hpp"
#include "gpupass/core/printable.hpp"
#include "gpupass/core/sysfs.hpp"
#include "gpupass/core/text.hpp"

namespace gpupass::discover {
namespace {

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
  error.hint = "no PCI bus was found: is sysfs mounted, and does a captured root have a folder sys?";
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
  if (header != HeaderType::endpoint || !device.is_pcie) return;
  if (auto serial = space.serial_number(device.address)) device.serials.emplace("pcie", *std::move(serial));
}

/// What one thread reads.
struct Share {
  std::vector<Device> devices;
  Problems problems;
};
using Addresses = std::span<const PciAddress>;

Result<Share> read_share(const Host& host, const sys::Folder& bus, Addresses addresses) {
  GPUPASS_TRY_ASSIGN(const auto space, ConfigSpace::open(host));  // one for each thread: it is not shared
  Share share;
  share.devices.reserve(addresses.size());
  for (const auto& address : addresses) {
    const auto name = to_string(address);
    const auto folder = bus.folder(name);
    if (!folder) {
      note(share.problems, bus.path_of(name), folder.error());
      continue;
    }
    auto& device = share.devices.emplace_back();
    device.address = address;
    // A tree made by hand may have a folder where sysfs has a link: then nothing is said of bridges.
    if (const auto target = bus.target(name.c_str()); target && *target) {
      device.bridges = bridges_above(**target);
      device.controller = controller_above(**target);
    }
    read_attributes(*folder, device, share.problems);
    read_header(*folder, space, device, share.problems);
  }
  return share;
}

/// Equal parts, as many as there are processors, but none so small that a thread is not worth it.
/// Nearly all of the time goes by in the kernel, which serves several at once.
std::vector<Addresses> shared_out(const std::vector<PciAddress>& addresses) {
  constexpr std::size_t k_least = 128, k_most_threads = 8;
  const std::size_t processors =
      std::clamp<std::size_t>(std::thread::hardware_concurrency(), 1, k_most_threads);
  const auto size = std::max((addresses.size() + processors - 1) / processors, k_least);
  std::vector<Addresses> parts;
  for (Addresses rest(addresses); !rest.empty(); rest = rest.subspan(parts.back().size())) {
    parts.push_back(rest.first(std::min(size, rest.size())));
  }
  return parts;
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

std::optional<PciAddress> controller_above(std::string_view target) {
  std::optional<PciAddress> controller, last;
  for (const auto component : core::split(target, '/')) {
    if (component.starts_with("pci")) controller = last;
    if (const auto address = parse_pci_address(component)) last = address;
  }
  return controller;
}

Result<std::vector<Device>> read_functions(const Host& host, Problems& problems) {
  const auto bus = sys::Folder::open(host, sysfs::k_pci_devices);
  if (!bus) return no_bus(bus.error());
  GPUPASS_TRY_ASSIGN(const auto names, bus->list());
  const auto addresses = addresses_in(*bus, names, problems);
  std::vector<std::future<Result<Share>>> shares;
  for (const auto part : shared_out(addresses)) {
    // Deferred where there can be no more threads.
    shares.push_back(std::async(std::launch::async | std::launch::deferred,
                                [&host, &bus, part] { return read_share(host, *bus, part); }));
  }
  std::vector<Device> devices;
  devices.reserve(addresses.size());
  for (auto& future : shares) {
    GPUPASS_TRY_ASSIGN(auto share, future.get());
    std::ranges::move(share.devices, std::back_inserter(devices));
    std::ranges::move(share.problems, std::back_inserter(problems));
  }
  return devices;
}

void read_driver_overrides(const Host& host, std::vector<Device>& devices, Problems& problems) {
  constexpr std::chrono::milliseconds k_patience(1000);
  constexpr std::size_t k_longest = 255;
  std::vector<std::string> paths;
  paths.reserve(devices.size());
  for (const auto& device : devices) {
    paths.push_back(sysfs::pci_device(device.address, "driver_override"));
  }
  const auto values = host.guarded_attributes(paths, k_patience);
  for (std::size_t i = 0; i < devices.size(); ++i) {
    const auto& value = values[i];
    if (!value && value.error().kind == ErrorKind::not_found) continue;  // a kernel without it
    if (!value) {
      note(problems, paths[i], value.error());
    } else if (value->size() > k_longest || !core::is_printable(*value)) {
      note(problems, paths[i], "holds " + excerpt(*value));
    } else if (!core::trim(*value).empty() && *value != "(null)") {
      devices[i].driver_override = *value;
    }
  }
}

}  // namespace gpupass::discover
