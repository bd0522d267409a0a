// SPDX-License-Identifier: GPL-2.0-or-later
// The routes of the host's main tables.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "gpupass/discover/problems.hpp"
#include "gpupass/host.hpp"

namespace gpupass::discover {

/// Of IPv4 the first four bytes, in the order of the network.
struct NetAddress {
  int family = 0;  // AF_INET or AF_INET6
  std::array<std::uint8_t, 16> bytes{};
  auto operator<=>(const NetAddress&) const = default;
};

/// "10.0.0.5", "fd00::5"; nothing for anything else.
[[nodiscard]] std::optional<NetAddress> parse_net_address(std::string_view text);
[[nodiscard]] std::string to_string(const NetAddress& address);
/// As /proc/net has them, the words of memory in hexadecimal: "0500000A" is 10.0.0.5. Of IPv6 four such
/// words.
[[nodiscard]] std::optional<NetAddress> parse_kernel_address(std::string_view digits);

struct Route {
  std::string interface;
  std::string to;  // "default", "192.168.1.0/24", "fd00::/64"
  NetAddress network;
  unsigned bits = 0;
  std::uint64_t metric = 0;  // the lower the better
  auto operator<=>(const Route&) const = default;
};

class Routes {
 public:
  Routes(const Host& host, Problems& problems);

  [[nodiscard]] const std::set<Route>& all() const { return routes_; }
  /// The interfaces that packets to an address leave by: the longest prefix decides, then the metric. "lo"
  /// where the address is one of the host's own. Empty: there is not a route.
  [[nodiscard]] std::set<std::string> towards(const NetAddress& address) const;
  /// The interfaces of the network that an address of the host's own is in.
  [[nodiscard]] std::set<std::string> around(const NetAddress& own) const;

 private:
  [[nodiscard]] std::set<std::string> best(const NetAddress& address, bool with_own) const;

  std::set<Route> routes_;
  std::set<NetAddress> own_;  // of IPv4; those of IPv6 have routes
};

}  // namespace gpupass::discover
