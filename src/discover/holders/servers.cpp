// SPDX-License-Identifier: GPL-2.0-or-later
#include "discover/holders/servers.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "gpupass/core/text.hpp"

namespace gpupass::discover {

std::string_view without_port(std::string_view server) {
  if (server.starts_with('[')) return server.substr(1, server.find(']') - 1);
  const auto colon = server.find(':');
  const bool is_ipv6 = colon != server.npos && server.find(':', colon + 1) != server.npos;
  return is_ipv6 ? server : server.substr(0, colon);
}

std::string_view option_of(std::string_view options, std::string_view name) {
  for (const auto option : core::split(options, ',')) {
    if (option.starts_with(name) && option.substr(name.size()).starts_with('='))
      return option.substr(name.size() + 1);
  }
  return {};
}

void Servers::note_unknown(Problems& problems, const std::string& what, const std::string& why) {
  note(problems, "/proc/net/route",
       fmt::format("the network card that carries {} is not known: {}", what, why));
}

std::optional<NetAddress> Servers::address_of(std::string_view name) const {
  if (const auto address = parse_net_address(name)) return address;
  const auto text = host_.read("/etc/hosts").value_or("");
  for (const auto line : core::split(text, '\n')) {
    const auto fields = core::words(line.substr(0, line.find('#')));
    if (fields.size() > 1 && std::find(fields.begin() + 1, fields.end(), name) != fields.end())
      return parse_net_address(fields.front());
  }
  return std::nullopt;
}

std::vector<PciAddress> Servers::through(const std::string& interface, const std::string& what,
                                         Problems& problems) const {
  std::vector<PciAddress> functions;
  for (const auto& place : interfaces_.below(interface, problems)) functions.push_back(place.function);
  // A bridge without a card leads to guests.
  if (functions.empty() && interface != "lo" && interfaces_.kind(interface) != "bridge")
    note_unknown(problems, what,
                 "the route goes through " + excerpt(interface) + ", which is on no network card");
  return functions;
}

std::vector<PciAddress> Servers::through_all(const std::set<std::string>& interfaces, const std::string& what,
                                             Problems& problems) const {
  std::vector<PciAddress> functions;
  for (const auto& interface : interfaces) {
    const auto below = through(interface, what, problems);
    functions.insert(functions.end(), below.begin(), below.end());
  }
  return functions;
}

std::vector<PciAddress> Servers::towards(std::string_view server, const std::string& what,
                                         Problems& problems) const {
  const auto host = without_port(server);
  if (const auto scope = host.find('%'); scope != host.npos)
    return through(std::string(host.substr(scope + 1)), what, problems);
  const auto address = address_of(host);
  if (!address) {
    note_unknown(problems, what, "the address of its server " + excerpt(host) + " is not known");
    return {};
  }
  const auto interfaces = routes_.towards(*address);
  if (interfaces.empty()) note_unknown(problems, what, "there is no route to " + to_string(*address));
  return through_all(interfaces, what, problems);
}

std::vector<PciAddress> Servers::towards_all(const std::vector<std::string>& servers, const std::string& what,
                                             Problems& problems) const {
  if (servers.empty()) note_unknown(problems, what, "its server is not known");
  std::vector<PciAddress> functions;
  for (const auto& server : servers) {
    const auto some = towards(server, what, problems);
    functions.insert(functions.end(), some.begin(), some.end());
  }
  return functions;
}

std::vector<PciAddress> Servers::around(std::string_view own, const std::string& what,
                                        Problems& problems) const {
  const auto address = parse_net_address(without_port(own));
  const auto interfaces = address ? routes_.around(*address) : std::set<std::string>{};
  if (interfaces.empty()) note_unknown(problems, what, "its server is not known");
  return through_all(interfaces, what, problems);
}

}  // namespace gpupass::discover
