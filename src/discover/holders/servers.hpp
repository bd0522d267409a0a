// SPDX-License-Identifier: GPL-2.0-or-later
// The network cards that lead to a server: by the longest prefix among the routes of the host's main tables.
// Rules that send packets by other tables (`ip rule`), and other network namespaces, are not seen.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "discover/holders/interfaces.hpp"
#include "discover/holders/routes.hpp"

namespace gpupass::discover {

class Servers {
 public:
  Servers(const Host& host, const Routes& routes, const Interfaces& interfaces)
      : host_(host), routes_(routes), interfaces_(interfaces) {}

  /// Functions of the cards that lead to a server: "10.0.0.5", "10.0.0.5:6789", "[fd00::5]:6789",
  /// "fe80::1%eth0", a name that /etc/hosts has. None for the host itself, and for guests on a bridge without
  /// a card. Where no way is known that is a problem of `what`: "the NFS mount /srv".
  [[nodiscard]] std::vector<PciAddress> towards(std::string_view server, const std::string& what,
                                                Problems& problems) const;
  /// Of all of a storage's servers; that none is named is a problem, too.
  [[nodiscard]] std::vector<PciAddress> towards_all(const std::vector<std::string>& servers,
                                                    const std::string& what, Problems& problems) const;
  /// Of the cards below an interface.
  [[nodiscard]] std::vector<PciAddress> through(const std::string& interface, const std::string& what,
                                                Problems& problems) const;
  /// Of the cards whose network an address of the host's own is in.
  [[nodiscard]] std::vector<PciAddress> around(std::string_view own, const std::string& what,
                                               Problems& problems) const;

  /// For cases in which the card could not be determined.
  static void note_unknown(Problems& problems, const std::string& what, const std::string& why);

 private:
  [[nodiscard]] std::optional<NetAddress> address_of(std::string_view name) const;
  [[nodiscard]] std::vector<PciAddress> through_all(const std::set<std::string>& interfaces,
                                                    const std::string& what, Problems& problems) const;

  const Host& host_;
  const Routes& routes_;
  const Interfaces& interfaces_;
};

/// "10.0.0.5" for traddr in "traddr=10.0.0.5,trsvcid=4420"; empty if there is none.
[[nodiscard]] std::string_view option_of(std::string_view options, std::string_view name);

/// "10.0.0.5" of "10.0.0.5:6789/0", "fd00::5" of "[fd00::5]:3260".
[[nodiscard]] std::string_view without_port(std::string_view server);

}  // namespace gpupass::discover
