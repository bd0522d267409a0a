// SPDX-License-Identifier: GPL-2.0-or-later
// A network interface is held by a route that goes through it, itself or through what lies on it.
#include <arpa/inet.h>
#include <fmt/format.h>

#include <array>
#include <set>

#include "discover/holders/holders.hpp"
#include "discover/holders/interfaces.hpp"
#include "gpupass/core/text.hpp"

namespace gpupass::discovery {
namespace {

struct Route {
  std::string interface;
  std::string to;  // "default", "192.168.1.0/24", "fd00::/64"
  auto operator<=>(const Route&) const = default;
};

std::string network(int family, const void* address, unsigned bits) {
  if (bits == 0) return "default";
  std::array<char, INET6_ADDRSTRLEN> text{};
  inet_ntop(family, address, text.data(), text.size());
  return fmt::format("{}/{}", text.data(), bits);
}

/// "eth0 0001A8C0 00000000 0001 0 0 100 00FFFFFF 0 0 0": addresses as the words that memory holds.
std::optional<Route> parse_ipv4(std::string_view line) {
  const auto fields = core::words(line);
  if (fields.size() < 8) return std::nullopt;
  const auto to = core::parse_number(fields[1], 16);
  const auto mask = core::parse_number(fields[7], 16);
  if (!to || !mask || *to > UINT32_MAX || *mask > UINT32_MAX) return std::nullopt;
  const auto address = static_cast<std::uint32_t>(*to);
  return Route{std::string(fields[0]),
               network(AF_INET, &address, static_cast<unsigned>(__builtin_popcountll(*mask)))};
}

/// "fd00…0 40 00…0 00 00…0 00000100 00000001 00000000 00000001 eth0": network, bits, source, bits,
/// gateway, metric, uses, references, flags, interface.
std::optional<Route> parse_ipv6(std::string_view line) {
  const auto fields = core::words(line);
  if (fields.size() < 10 || fields[0].size() != 32) return std::nullopt;
  std::array<std::uint8_t, 16> address{};
  for (std::size_t i = 0; i < address.size(); ++i) {
    const auto byte = core::parse_number(fields[0].substr(2 * i, 2), 16);
    if (!byte) return std::nullopt;
    address[i] = static_cast<std::uint8_t>(*byte);
  }
  const auto bits = core::parse_number(fields[1], 16);
  if (!bits || *bits > 128) return std::nullopt;
  return Route{std::string(fields[9]), network(AF_INET6, address.data(), static_cast<unsigned>(*bits))};
}

/// Every interface that is up has these, whether anybody uses it or not: the link's own network,
/// multicast, and the machine's own addresses.
bool says_nothing(const Route& route) {
  return route.interface == "lo" || route.to.starts_with("fe80:") || route.to.starts_with("ff00:") ||
         route.to.ends_with("/128");
}

using Parse = std::optional<Route> (*)(std::string_view);

std::set<Route> routes_in(const Host& host, const std::string& path, Parse parse, Problems& problems) {
  constexpr std::size_t k_limit = 64U << 20U;
  std::set<Route> routes;
  const auto text = text_or_note(problems, path, host.read(path, k_limit));
  for (const auto line : core::split(text, '\n')) {
    if (line.starts_with("Iface")) continue;  // the heading
    const auto route = parse(line);
    if (!route) note(problems, path, "line " + excerpt(line) + " is no route");
    if (route && !says_nothing(*route)) routes.insert(*route);
  }
  return routes;
}

}  // namespace

void read_routes(const Host& host, const Paths& paths, Holders& holders, Problems& problems) {
  auto routes = routes_in(host, "/proc/net/route", parse_ipv4, problems);
  constexpr const char* k_ipv6 = "/proc/net/ipv6_route";
  if (host.exists(k_ipv6)) routes.merge(routes_in(host, k_ipv6, parse_ipv6, problems));
  const Interfaces interfaces(host, paths);
  for (const auto& route : routes) {
    const auto below = interfaces.below(route.interface, problems);
    for (const auto& place : below) {
      Holder holder{place.function, HolderKind::route, place.interface, route.to, 0, ""};
      holder.layer = place.kind;
      holder.upper = place.upper;
      holders.push_back(std::move(holder));
    }
  }
}

}  // namespace gpupass::discovery
