// SPDX-License-Identifier: GPL-2.0-or-later
#include "session/status_domains.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>

#include "gpupass/judge/facts.hpp"
#include "gpupass/vfio.hpp"

namespace gpupass::session {
namespace {

using report::Assignment;

/// A user's own connection is named even where it is the default: root's default is another.
bool is_named(const std::string& uri, const std::string& default_uri) {
  return !uri.empty() && (uri != default_uri || uri.find(":///session") != std::string::npos);
}

std::string at(const std::string& uri, const std::string& default_uri) {
  return is_named(uri, default_uri) ? ", at " + uri : "";
}

const LibvirtNow* answered(const std::vector<LibvirtNow>& looks, const std::string& uri) {
  const auto look = std::ranges::find_if(looks, [&](const auto& one) { return one.answer.uri == uri; });
  return look == looks.end() || !look->answer.missing.empty() ? nullptr : &*look;
}

/// One command for each domain: its name, its connection, then its devices.
using Commands = std::map<std::pair<std::string, std::string>, std::vector<std::string>>;

template <class Command>
std::string commands_text(const Commands& commands, Command command) {
  std::vector<std::string> texts;
  for (const auto& [domain, devices] : commands)
    texts.push_back(command(domain.first, domain.second, fmt::format("{}", fmt::join(devices, " "))));
  return fmt::format("{}", fmt::join(texts, "; "));
}

std::string connect_option(const std::string& uri, const std::string& default_uri) {
  return is_named(uri, default_uri) ? " --connect " + uri : "";
}

/// A function of a pool is nobody's until a guest gets it.
const Assignment* assignment_of(const std::vector<Assignment>& all, const PciAddress& device) {
  const auto found = std::ranges::find_if(
      all, [&](const Assignment& one) { return one.device == device && one.network.empty(); });
  return found == all.end() ? nullptr : &*found;
}

GivenTo given_to(const Owner& owner, const DeviceName& device, const std::vector<LibvirtNow>& looks,
                 const std::vector<Assignment>& assignments) {
  GivenTo given{owner.name, owner.where, GivenTo::State::unknown, {}};
  const auto* const look = answered(looks, owner.where);
  if (look == nullptr) return given;
  const auto domain = std::ranges::find_if(look->texts.domains,
                                           [&](const auto& one) { return one.state.name == given.domain; });
  if (domain == look->texts.domains.end()) {
    given.state = GivenTo::State::gone;
    return given;
  }
  given.state = domain->state.running ? GivenTo::State::running : GivenTo::State::off;
  if (device.function() == nullptr) return given;  // of mediated devices libvirt's answer is not read
  given.has_it = std::ranges::any_of(assignments, [&](const Assignment& one) {
    return one.device == device && one.domain == given.domain && one.uri == given.uri;
  });
  return given;
}

std::string text_of(const NotHeld& device, const std::string& default_uri) {
  if (!device.assignment) return "-";
  auto text = report::domain_text(*device.assignment);
  text.insert(text.size() - 1, at(device.assignment->uri, default_uri));
  return text;
}

std::string state_of(const NotHeld& device) {
  if (!device.assignment) return "not bound by gpupass";
  return device.lost ? "assigned by gpupass, which has lost its record" : "not assigned by gpupass";
}

}  // namespace

std::vector<GivenTo> given_to(const Hold& hold, const std::vector<LibvirtNow>& looks,
                              const std::vector<Assignment>& assignments) {
  std::vector<GivenTo> all;
  for (const auto& owner : hold.owners) {
    if (tenant_of(owner.kind).in_libvirt) all.push_back(given_to(owner, hold.device, looks, assignments));
  }
  return all;
}

std::string text_of(const GivenTo& given, const std::string& default_uri) {
  const auto where = at(given.uri, default_uri);
  if (given.state != GivenTo::State::unknown)
    return fmt::format("{} ({}{})", given.domain, name(given.state), where);
  return where.empty() ? given.domain : fmt::format("{} ({})", given.domain, where.substr(2));
}

std::string trouble_of(const GivenTo& given) {
  if (given.state == GivenTo::State::gone) return given.domain + " no longer exists";
  return given.has_it == false ? given.domain + " no longer has it" : "";
}

std::string giving_back(const std::vector<std::pair<PciAddress, GivenTo>>& given,
                        const std::string& default_uri) {
  Commands gone, without;
  for (const auto& [device, to] : given) {
    if (trouble_of(to).empty()) continue;
    auto& commands = to.state == GivenTo::State::gone ? gone : without;
    commands[{to.domain, to.uri}].push_back(to_string(device));
  }
  const auto text = commands_text(gone, [](const auto& domain, const auto&, const auto& devices) {
    return fmt::format("`gpupass unbind {}` returns what {} had", devices, domain);
  });
  const auto more = commands_text(without, [&](const auto& domain, const auto& uri, const auto& devices) {
    return fmt::format("`gpupass detach {} {}{}` returns what {} had", domain, devices,
                       connect_option(uri, default_uri), domain);
  });
  return text.empty() || more.empty() ? text + more : text + "; " + more;
}

std::vector<NotHeld> not_held(const Inventory& inventory, const std::vector<Hold>& holds,
                              const std::vector<PciAddress>& known,
                              const std::vector<Assignment>& assignments, const std::string& default_uri) {
  std::vector<NotHeld> all;
  for (const auto& device : inventory.devices) {
    if (find_hold(holds, device.address) != nullptr) continue;
    NotHeld row{device.address, device.driver.value_or(""), {}, false, {}, {}};
    if (const auto* const assignment = assignment_of(assignments, device.address)) {
      row.lost = assignment->own;
      row.assignment = *assignment;
    } else if (!is_vfio_driver(row.driver) || std::ranges::find(known, device.address) != known.end()) {
      continue;
    }
    row.owners = text_of(row, default_uri);
    row.state = state_of(row);
    all.push_back(std::move(row));
  }
  return all;
}

std::string recording(const std::vector<NotHeld>& devices, const std::string& default_uri) {
  Commands commands;
  for (const auto& one : devices) {
    if (one.lost) commands[{one.assignment->domain, one.assignment->uri}].push_back(to_string(one.device));
  }
  return commands_text(commands, [&](const auto& domain, const auto& uri, const auto& functions) {
    return fmt::format("`gpupass attach {} {} --config{}` checks and records what {} has", domain, functions,
                       connect_option(uri, default_uri), domain);
  });
}

}  // namespace gpupass::session
