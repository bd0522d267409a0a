// SPDX-License-Identifier: GPL-2.0-or-later
#include "discover/holders/routes.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "discover/holders/holders.hpp"
#include "discover/holders/interfaces.hpp"
#include "gpupass/core/text.hpp"

namespace gpupass::discover {
namespace {

constexpr std::uint64_t k_reject = 0x0200;  // RTF_REJECT: what goes there is thrown away
constexpr std::size_t k_table_limit = 64U << 20U;

std::string describe_network(const NetAddress& address, unsigned bits) {
  return bits == 0 ? "default" : fmt::format("{}/{}", to_string(address), bits);
}

/// "eth0 0001A8C0 00000000 0001 0 0 100 00FFFFFF 0 0 0".
std::optional<Route> parse_ipv4(std::string_view line, bool& rejects) {
  const auto fields = core::words(line);
  if (fields.size() < 8) return std::nullopt;
  const auto to = parse_kernel_address(fields[1]);
  const auto mask = core::parse_number(fields[7], 16);
  if (!to || to->family != AF_INET || !mask || *mask > UINT32_MAX) return std::nullopt;
  rejects = (core::parse_number(fields[3], 16).value_or(0) & k_reject) != 0;
  const auto bits = static_cast<unsigned>(__builtin_popcountll(*mask));
  return Route{std::string(fields[0]), describe_network(*to, bits), *to, bits,
               core::parse_number(fields[6]).value_or(0)};
}

/// "fd00…0 40 00…0 00 00…0 00000100 00000001 00000000 00000001 eth0": network, bits, source, bits,
/// gateway, metric, uses, references, flags, interface. Here the bytes are in order.
std::optional<Route> parse_ipv6(std::string_view line, bool& rejects) {
  const auto fields = core::words(line);
  if (fields.size() < 10 || fields[0].size() != 32) return std::nullopt;
  NetAddress to{AF_INET6, {}};
  for (std::size_t i = 0; i < to.bytes.size(); ++i) {
    const auto byte = core::parse_number(fields[0].substr(2 * i, 2), 16);
    if (!byte) return std::nullopt;
    to.bytes[i] = static_cast<std::uint8_t>(*byte);
  }
  const auto bits = core::parse_number(fields[1], 16);
  if (!bits || *bits > 128) return std::nullopt;
  rejects = (core::parse_number(fields[8], 16).value_or(0) & k_reject) != 0;
  const auto prefix = static_cast<unsigned>(*bits);
  return Route{std::string(fields[9]), describe_network(to, prefix), to, prefix,
               core::parse_number(fields[5], 16).value_or(0)};
}

using Parse = std::optional<Route> (*)(std::string_view, bool&);

std::set<Route> routes_in(const Host& host, const std::string& path, Parse parse, Problems& problems) {
  std::set<Route> routes;
  const auto text = text_or_note(problems, path, host.read(path, k_table_limit));
  for (const auto line : core::split(text, '\n')) {
    if (line.starts_with("Iface")) continue;  // the heading
    bool rejects = false;
    const auto route = parse(line, rejects);
    if (!route) note(problems, path, "line " + excerpt(line) + " is not a route");
    if (route && !rejects) routes.insert(*route);
  }
  return routes;
}

/// Addresses of the host's own: the kernel's table of them is in fib_trie alone, an address a line and
/// below it "/32 host LOCAL".
std::set<NetAddress> own_addresses(const Host& host) {
  std::set<NetAddress> own;
  const auto text = host.read("/proc/net/fib_trie", k_table_limit).value_or("");
  std::optional<NetAddress> last;
  for (const auto line : core::split(text, '\n')) {
    const auto fields = core::words(line);
    if (fields.size() >= 2 && fields[0] == "|--") last = parse_net_address(fields[1]);
    const bool local = fields.size() >= 3 && fields[0] == "/32" && fields[2] == "LOCAL";
    if (local && last) own.insert(*last);
  }
  return own;
}

bool is_within(const NetAddress& address, const Route& route) {
  if (address.family != route.network.family) return false;
  for (unsigned bit = 0; bit < route.bits; bit += 8) {
    const unsigned in_byte = std::min(route.bits - bit, 8U);
    const unsigned mask = 0xffU << (8U - in_byte) & 0xffU;
    if (((address.bytes[bit / 8] ^ route.network.bytes[bit / 8]) & mask) != 0) return false;
  }
  return true;
}

/// 127.0.0.0/8; ::1 has a route.
bool is_loopback(const NetAddress& address) {
  return address.family == AF_INET && address.bytes[0] == 127;
}

/// Every interface that is up has these, whether anybody uses it or not: the link's own network,
/// multicast, and the machine's own addresses.
bool says_nothing(const Route& route) {
  return route.interface == "lo" || route.to.starts_with("fe80:") || route.to.starts_with("ff00:") ||
         route.to.ends_with("/128");
}

}  // namespace

std::optional<NetAddress> parse_net_address(std::string_view text) {
  const std::string ended(text);
  NetAddress address{AF_INET, {}};
  if (inet_pton(AF_INET, ended.c_str(), address.bytes.data()) == 1) return address;
  address.family = AF_INET6;
  if (inet_pton(AF_INET6, ended.c_str(), address.bytes.data()) == 1) return address;
  return std::nullopt;
}

std::string to_string(const NetAddress& address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  inet_ntop(address.family, address.bytes.data(), text.data(), text.size());
  return text.data();
}

std::optional<NetAddress> parse_kernel_address(std::string_view digits) {
  constexpr std::size_t k_word = 8;
  if (digits.size() != k_word && digits.size() != 4 * k_word) return std::nullopt;
  NetAddress address{digits.size() == k_word ? AF_INET : AF_INET6, {}};
  for (std::size_t i = 0; i * k_word < digits.size(); ++i) {
    const auto number = core::parse_number(digits.substr(i * k_word, k_word), 16);
    if (!number || *number > UINT32_MAX) return std::nullopt;
    const auto word = static_cast<std::uint32_t>(*number);
    std::memcpy(&address.bytes.at(4 * i), &word, sizeof word);
  }
  return address;
}

Routes::Routes(const Host& host, Problems& problems)
    : routes_(routes_in(host, "/proc/net/route", parse_ipv4, problems)), own_(own_addresses(host)) {
  constexpr const char* k_ipv6 = "/proc/net/ipv6_route";
  if (host.exists(k_ipv6)) routes_.merge(routes_in(host, k_ipv6, parse_ipv6, problems));
}

std::set<std::string> Routes::best(const NetAddress& address, bool with_own) const {
  std::vector<const Route*> ways;
  for (const auto& route : routes_) {
    if ((with_own || route.interface != "lo") && is_within(address, route)) ways.push_back(&route);
  }
  const auto better = [](const Route* a, const Route* b) {
    return a->bits != b->bits ? a->bits > b->bits : a->metric < b->metric;
  };
  const auto first = std::ranges::min_element(ways, better);
  std::set<std::string> interfaces;
  for (const auto* const way : ways) {
    if (!better(*first, way)) interfaces.insert(way->interface);
  }
  return interfaces;
}

std::set<std::string> Routes::towards(const NetAddress& address) const {
  if (is_loopback(address) || own_.contains(address)) return {"lo"};
  return best(address, true);
}

std::set<std::string> Routes::around(const NetAddress& own) const {
  return best(own, false);
}

/// A network interface is held by a route that goes through it, directly or through an interface on top of
/// it.
void read_routes(const Routes& routes, const Interfaces& interfaces, Holders& holders, Problems& problems) {
  std::set<std::pair<std::string, std::string>> seen;
  for (const auto& route : routes.all()) {
    if (says_nothing(route) || !seen.emplace(route.interface, route.to).second) continue;
    for (const auto& place : interfaces.below(route.interface, problems)) {
      Holder holder{place.function, HolderKind::route, place.interface, route.to, 0, ""};
      holder.layer = place.kind;
      holder.upper = place.upper;
      holders.push_back(std::move(holder));
    }
  }
}

}  // namespace gpupass::discover
