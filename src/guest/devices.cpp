// SPDX-License-Identifier: GPL-2.0-or-later
#include "guest/devices.hpp"

#include <fmt/format.h>

#include "guest/edit.hpp"
#include "guest/profile.hpp"

namespace gpupass::guest {
namespace {

/// The profile's first disk of that kind ("disk", which is the default, or "cdrom").
Element* disk_of(Element& devices, const std::string& kind) {
  for (auto* disk = devices.FirstChildElement("disk"); disk != nullptr;
       disk = disk->NextSiblingElement("disk")) {
    if (virt::attribute(*disk, "device").value_or("disk") == kind) return disk;
  }
  return nullptr;
}

/// A relative path would be libvirt's, not the user's.
Result<void> place_file(virt::Document& domain, const std::string& kind, const std::string& path) {
  auto* const disk = disk_of(virt::child(domain.root(), "devices"), kind);
  if (disk == nullptr)
    return fail(ErrorKind::invalid,
                fmt::format("the profile has no <disk device='{}'> to put {} in", kind, path));
  set(virt::child(*disk, "source"), "file", path);
  mark_file(domain, path);
  return {};
}

Result<void> place_seed(virt::Document& domain, const std::string& path) {
  if (!path.empty()) return place_file(domain, "cdrom", path);
  if (auto* const disk = disk_of(virt::child(domain.root(), "devices"), "cdrom")) virt::remove(*disk);
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
    return fail(ErrorKind::usage, fmt::format("'{}' is no network of a guest", network),
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

}  // namespace

Result<void> fill_devices(virt::Document& domain, const GuestRequest& request) {
  if (!request.disk.empty()) GPUPASS_TRY(place_file(domain, "disk", request.disk));
  GPUPASS_TRY(place_seed(domain, request.seed));
  if (!request.network.empty())
    GPUPASS_TRY(place_network(virt::child(domain.root(), "devices"), request.network));
  return {};
}

}  // namespace gpupass::guest
