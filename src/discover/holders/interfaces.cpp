// SPDX-License-Identifier: GPL-2.0-or-later
#include "discover/holders/interfaces.hpp"

#include "gpupass/core/printable.hpp"
#include "gpupass/core/sysfs.hpp"
#include "gpupass/core/text.hpp"

namespace gpupass::discover {
namespace {

/// All ports of Open vSwitch, of every bridge of its own, are below this one.
constexpr const char* k_switch = "ovs-system";

std::string folder_of(const std::string& interface) {
  return sysfs::of_class("net", interface);
}

}  // namespace

std::vector<std::string> Interfaces::lowers(const std::string& interface) const {
  constexpr std::string_view k_lower = "lower_";
  std::vector<std::string> lowers;
  for (const auto& name : host_.list(folder_of(interface)).value_or(std::vector<std::string>{})) {
    if (name.starts_with(k_lower)) lowers.push_back(name.substr(k_lower.size()));
  }
  return lowers;
}

std::string Interfaces::kind(const std::string& interface) const {
  constexpr std::string_view k_type = "DEVTYPE=";
  if (interface == k_switch) return "ovs";
  const auto text = host_.read(folder_of(interface) + "/uevent").value_or("");
  for (const auto line : core::split(text, '\n')) {
    if (line.starts_with(k_type)) return core::printable(line.substr(k_type.size()));
  }
  return host_.exists(folder_of(interface) + "/bridge") ? "bridge" : "";
}

/// Open vSwitch does not tell which ports of its switch a port of the host's own leads to. That port is
/// a virtual interface without a kind, on nothing, and no tunnel of a process.
bool Interfaces::is_port_of_a_switch(const std::string& interface) const {
  const auto path = host_.resolve(folder_of(interface));
  return interface != k_switch && path && path->starts_with(sysfs::k_virtual_devices) &&
         kind(interface).empty() && !host_.exists(folder_of(interface) + "/tun_flags") &&
         host_.exists(folder_of(k_switch));
}

void Interfaces::descend(const std::string& interface, const std::string& upper, Problems& problems,
                         std::set<std::string>& seen, std::vector<Place>& places) const {
  if (!seen.insert(interface).second) return;
  const auto path = host_.resolve(folder_of(interface));
  if (!path) {
    note(problems, folder_of(interface), path.error());
    return;
  }
  const auto functions = paths_.functions_of(*path);
  const auto how = upper.empty() ? std::string() : kind(upper);
  for (const auto& function : functions)
    places.push_back({function, core::printable(interface), core::printable(upper), how});
  if (!functions.empty()) return;
  auto on = lowers(interface);
  if (on.empty() && is_port_of_a_switch(interface)) on = {k_switch};
  for (const auto& lower : on) descend(lower, interface, problems, seen, places);
}

std::vector<Interfaces::Place> Interfaces::below(const std::string& interface, Problems& problems,
                                                 const std::string& upper) const {
  std::set<std::string> seen{upper};
  std::vector<Place> places;
  descend(interface, upper, problems, seen, places);
  return places;
}

}  // namespace gpupass::discover
