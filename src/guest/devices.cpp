// SPDX-License-Identifier: GPL-2.0-or-later
#include "guest/devices.hpp"

#include <fmt/format.h>

#include "guest/edit.hpp"
#include "guest/profile.hpp"

namespace gpupass::guest {
namespace {

/// The seed goes where the guest can only read: on a CD, or, as kernels made for clouds have no driver for a
/// CD, on a read-only disk beside the one that the guest starts from.
bool only_read(const Element& disk) {
  return virt::attribute(disk, "device") == "cdrom" || disk.FirstChildElement("readonly") != nullptr;
}

/// The profile's first disk of that kind.
Element* disk_of(Element& devices, bool read_only) {
  for (auto* disk = devices.FirstChildElement("disk"); disk != nullptr;
       disk = disk->NextSiblingElement("disk")) {
    if (only_read(*disk) == read_only) return disk;
  }
  return nullptr;
}

/// A relative path would be libvirt's, not the user's.
Result<void> place_file(virt::Document& domain, bool read_only, const std::string& path) {
  auto* const disk = disk_of(virt::child(domain.root(), "devices"), read_only);
  if (disk == nullptr)
    return fail(ErrorKind::invalid,
                fmt::format("the profile has no {} to put {} in",
                            read_only ? "CD or <disk> with <readonly/>" : "<disk>", path));
  set(virt::child(*disk, "source"), "file", path);
  mark_file(domain, path);
  return {};
}

Result<void> place_seed(virt::Document& domain, const std::string& path) {
  if (!path.empty()) return place_file(domain, true, path);
  if (auto* const disk = disk_of(virt::child(domain.root(), "devices"), true)) virt::remove(*disk);
  return {};
}

Result<void> place_network(Element& devices, const std::string& network) {
  auto* const interface = devices.FirstChildElement("interface");
  if (network == "none") {
    if (interface != nullptr) virt::remove(*interface);
    return {};
  }
  const auto colon = network.find(':');
  const auto kind = network.substr(0, colon);
  if (colon == std::string::npos || colon + 1 == network.size() || (kind != "network" && kind != "bridge")) {
    return fail(ErrorKind::usage, fmt::format("'{}' is not a network for a guest", network),
                "network:NAME (one of libvirt's), bridge:NAME (one of the host's) or none");
  }
  if (interface == nullptr)
    return fail(ErrorKind::invalid, "the profile has no <interface> to put the network in");
  set(*interface, "type", kind);
  auto& source = virt::child(*interface, "source");
  source.DeleteAttribute("network");
  source.DeleteAttribute("bridge");
  set(source, kind.c_str(), network.substr(colon + 1));
  return {};
}

/// Of those that QEMU's guests have. FNV-1a: another text, another address, but for one in 16 million.
std::string mac_address(const std::string& text) {
  std::uint32_t hash = 2166136261U;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619U;
  hash ^= hash >> 24U;
  return fmt::format("52:54:00:{:02x}:{:02x}:{:02x}", hash >> 16U & 0xffU, hash >> 8U & 0xffU, hash & 0xffU);
}

/// cloud-init must be told of the interfaces by something that holds in every distribution: their names do
/// not.
void give_addresses(Element& devices, const std::string& instance) {
  int number = 0;
  for (auto* interface = devices.FirstChildElement("interface"); interface != nullptr;
       interface = interface->NextSiblingElement("interface")) {
    auto& mac = section(*interface, "mac", "source");
    if (!virt::attribute(mac, "address"))
      set(mac, "address", mac_address(fmt::format("{} {}", instance, number)));
    ++number;
  }
}

}  // namespace

std::vector<std::string> mac_addresses(virt::Document& domain) {
  std::vector<std::string> addresses;
  auto& devices = virt::child(domain.root(), "devices");
  for (auto* interface = devices.FirstChildElement("interface"); interface != nullptr;
       interface = interface->NextSiblingElement("interface")) {
    const auto* const mac = interface->FirstChildElement("mac");
    if (mac == nullptr) continue;
    if (auto address = virt::attribute(*mac, "address")) addresses.push_back(*std::move(address));
  }
  return addresses;
}

Result<void> fill_devices(virt::Document& domain, const GuestRequest& request) {
  if (!request.disk.empty()) GPUPASS_TRY(place_file(domain, false, request.disk));
  GPUPASS_TRY(place_seed(domain, request.seed));
  if (!request.network.empty())
    GPUPASS_TRY(place_network(virt::child(domain.root(), "devices"), request.network));
  if (!request.instance.empty()) give_addresses(virt::child(domain.root(), "devices"), request.instance);
  return {};
}

}  // namespace gpupass::guest
