// SPDX-License-Identifier: GPL-2.0-or-later
// Network interfaces, and what each is on: a bond, a bridge or a VLAN names the interfaces below it in
// links lower_….
#pragma once

#include <set>
#include <string>
#include <vector>

#include "discover/holders/paths.hpp"
#include "gpupass/discover/problems.hpp"
#include "gpupass/host.hpp"

namespace gpupass::discover {

class Interfaces {
 public:
  Interfaces(const Host& host, const Paths& paths) : host_(host), paths_(paths) {}

  struct Place {
    PciAddress function;
    std::string interface;    // of the network card's: "eth0"
    std::string upper, kind;  // what lies right on that: "bond0", "bond"; empty: nothing
    auto operator<=>(const Place&) const = default;
  };
  /// The network cards below an interface, itself or through others. `upper`: what it lies below itself.
  [[nodiscard]] std::vector<Place> below(const std::string& interface, Problems& problems,
                                         const std::string& upper = {}) const;
  /// Those that it lies on at once: the ports of a bridge, the members of a bond.
  [[nodiscard]] std::vector<std::string> lowers(const std::string& interface) const;
  /// What kind it says it is: "bridge", "vlan", "macvtap", "vrf", "ovs"; empty for a network card.
  [[nodiscard]] std::string kind(const std::string& interface) const;

 private:
  void descend(const std::string& interface, const std::string& upper, Problems& problems,
               std::set<std::string>& seen, std::vector<Place>& places) const;
  [[nodiscard]] bool is_port_of_a_switch(const std::string& interface) const;

  const Host& host_;
  const Paths& paths_;
};

}  // namespace gpupass::discover
