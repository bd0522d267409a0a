// SPDX-License-Identifier: GPL-2.0-or-later
// A network interface may carry what no route of the host shows: a bridge or an Open vSwitch with the
// guests' interfaces, a macvtap of a guest, a VRF with a table of its own; and one that was moved into
// another network namespace is a container's.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>

#include "discover/holders/holders.hpp"
#include "discover/holders/interfaces.hpp"
#include "gpupass/core/printable.hpp"
#include "gpupass/core/sysfs.hpp"
#include "gpupass/core/text.hpp"
#include "gpupass/sys/folder.hpp"

namespace gpupass::discover {
namespace {

using Names = std::vector<std::string>;

/// "tap101i0, tap102i0 and 3 more".
std::string some_of(const Names& names) {
  constexpr std::size_t k_shown = 3;
  if (names.size() <= k_shown + 1) return core::enumerate(names);
  Names shown(names.begin(), names.begin() + k_shown);
  shown.push_back(fmt::format("{} more", names.size() - k_shown));
  return core::enumerate(shown);
}

class Networks {
 public:
  Networks(const Host& host, const Inventory& inventory, const Paths& paths, const Scan& scan,
           Holders& holders)
      : host_(host),
        inventory_(inventory),
        paths_(paths),
        interfaces_(host, paths),
        scan_(scan),
        holders_(holders) {}

  void read() {
    for (const auto& name : host_.list(sysfs::of_class("net")).value_or(Names{})) look_at(name);
    read_away();
  }

 private:
  void look_at(const std::string& name) {
    const auto shown = core::printable(name);
    if (interfaces_.kind(name) == "ovs") return hold_ports(name, "an Open vSwitch");
    const auto kind = interfaces_.kind(name);
    if (kind == "bridge") return hold_ports(name, "the bridge " + shown);
    constexpr std::array k_on_its_own = {"macvtap", "macvlan", "ipvlan", "ipvtap", "vrf", "vxlan"};
    if (std::ranges::find(k_on_its_own, kind) == k_on_its_own.end()) return;
    for (const auto& place : interfaces_.below(name, unsaid_))
      hold(place, fmt::format("the {} {}", kind, shown));
  }

  /// Each port serves the others; a switch with one port serves nobody.
  void hold_ports(const std::string& name, const std::string& what) {
    const auto ports = interfaces_.lowers(name);
    for (const auto& port : ports) {
      Names others;
      for (const auto& other : ports) {
        if (other != port) others.push_back(core::printable(other));
      }
      if (others.empty()) return;
      for (const auto& place : interfaces_.below(port, unsaid_, name))
        hold(place, fmt::format("{} with {}", what, some_of(others)));
    }
  }

  void hold(const Interfaces::Place& place, const std::string& use) {
    Holder holder{place.function, HolderKind::network, place.interface, use, 0, ""};
    holder.layer = place.kind;
    holder.upper = place.upper;
    holders_.push_back(std::move(holder));
  }

  /// The folder of a network card's interfaces is there but shows none: it is in another namespace.
  [[nodiscard]] bool is_away(const Device& device) const {
    constexpr std::uint32_t k_network = 0x02;
    if (device.class_code >> 16U != k_network || !device.driver) return false;
    const auto names = host_.list(sysfs::pci_device(device.address, "net"));
    return names && names->empty();
  }

  void read_away() {
    std::vector<PciAddress> away;
    for (const auto& device : inventory_.devices) {
      if (is_away(device)) away.push_back(device.address);
    }
    if (away.empty()) return;
    std::map<PciAddress, std::pair<std::string, pid_t>> found;
    for (const auto* const process : of_other_namespaces()) search(*process, found);
    for (const auto& address : away) {
      const auto seen = found.find(address);
      Holder holder{address, HolderKind::network, "", "another network namespace", 0, ""};
      if (seen != found.end()) {
        identify(host_, seen->second.second, holder);
        holder.node = core::printable(seen->second.first);
      }
      const auto path = host_.resolve(sysfs::pci_device(address));
      for (const auto& function : path ? paths_.functions_of(*path) : std::vector<PciAddress>{address}) {
        holder.device = function;
        holders_.push_back(holder);
      }
    }
  }

  [[nodiscard]] std::vector<const Process*> of_other_namespaces() const {
    std::vector<const Process*> processes;
    std::set<std::string> seen{scan_.network_namespace, ""};
    for (const auto& process : scan_.processes) {
      if (seen.insert(process.network_namespace).second) processes.push_back(&process);
    }
    return processes;
  }

  /// The sysfs that is mounted in a container shows its interfaces, as links that lead to the functions.
  void search(const Process& process, std::map<PciAddress, std::pair<std::string, pid_t>>& found) const {
    const auto net = sys::Folder::open(host_, fmt::format("/proc/{}/root/sys/class/net", process.pid));
    const auto names = net ? net->list() : Result<Names>(Failure(net.error()));
    for (const auto& name : names.value_or(Names{})) {
      const auto target = net->target(name.c_str());
      const auto path = target ? target->value_or("") : "";
      for (const auto part : core::split(path, '/')) {
        if (const auto address = parse_pci_address(part)) found.try_emplace(*address, name, process.pid);
      }
    }
  }

  const Host& host_;
  const Inventory& inventory_;
  const Paths& paths_;
  const Interfaces interfaces_;
  const Scan& scan_;
  Holders& holders_;
  Problems unsaid_;  // an interface that went away meanwhile carries nothing
};

}  // namespace

void read_networks(const Host& host, const Inventory& inventory, const Paths& paths, const Scan& scan,
                   Holders& holders) {
  Networks(host, inventory, paths, scan, holders).read();
}

}  // namespace gpupass::discover
