// SPDX-License-Identifier: GPL-2.0-or-later
#include "gpupass/report/displaced.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <iterator>
#include <set>

#include "gpupass/core/text.hpp"
#include "gpupass/report/device_text.hpp"

namespace gpupass::report {
namespace {

std::vector<std::string> addresses_of(const std::vector<const Device*>& devices) {
  std::vector<std::string> texts;
  for (const auto* const device : devices) texts.push_back(to_string(device->address));
  return texts;
}

/// How the two of one model are told apart.
std::string difference(const Identity& remembered, const Identity& now) {
  if (ids_text(remembered) != ids_text(now)) return "";
  if (!remembered.place.empty() && remembered.place != now.place)
    return fmt::format(", in another slot ({}, not {})", now.place, remembered.place);
  for (const auto& [source, serial] : now.serials) {
    const auto found = remembered.serials.find(source);
    if (found != remembered.serials.end() && found->second != serial)
      return fmt::format(", with another serial number ({}, not {})", serial, found->second);
  }
  return ", with another subsystem or class";
}

/// Holds that one command forgets: a domain's, or those of `gpupass bind`.
bool belong_together(const Hold& one, const Hold& other) {
  return one.owners == other.owners && one.lend == other.lend;
}

/// The addresses at which all of them are now; nothing if that of one is not certain.
std::optional<std::set<std::string>> new_addresses(const Inventory& inventory,
                                                   const std::vector<Hold>& holds) {
  std::set<std::string> addresses;
  for (const auto& hold : holds) {
    const auto found = find_device(inventory, hold.identity);
    if (!found.certain) return std::nullopt;
    addresses.insert(to_string(found.devices.front()->address));
  }
  return addresses;
}

/// What forgets devices for all who have them, or gives them again: a command for each domain.
std::vector<std::string> commands_for(const Hold& hold, const std::vector<std::string>& addresses, bool takes,
                                      const std::string& default_uri) {
  const auto words = fmt::format("{}", fmt::join(addresses, " "));
  if (hold.owners.empty()) return {fmt::format("`gpupass {} {}`", takes ? "bind" : "unbind", words)};
  std::vector<std::string> commands;
  for (const auto& owner : hold.owners) {
    const auto& tenant = tenant_of(owner.kind);
    const auto command = takes ? tenant.give_command(owner, words) : tenant.return_command(owner, words);
    const bool shares = takes && !commands.empty();
    commands.push_back(
        fmt::format("`{}{}{}{}`", command, shares ? " --shared" : "", takes && hold.lend ? " --lend" : "",
                    !owner.where.empty() && owner.where != default_uri ? " --connect " + owner.where : ""));
  }
  return commands;
}

std::string mend(const Inventory& inventory, const std::vector<Hold>& holds, const std::string& default_uri) {
  std::vector<std::string> old;
  for (const auto& hold : holds) old.push_back(to_string(hold.device));
  const auto commands = [&](const std::vector<std::string>& addresses, bool takes) {
    return commands_for(holds.front(), addresses, takes, default_uri);
  };
  const auto forgetting = commands(old, false);
  auto text =
      fmt::format("{} {} the former device and {} what is there now alone", core::enumerate(forgetting),
                  forgetting.size() == 1 ? "forgets" : "forget", forgetting.size() == 1 ? "leaves" : "leave");
  const auto now = new_addresses(inventory, holds);
  const bool away = now && std::ranges::none_of(*now, [&](const auto& address) {
                      return std::ranges::count(old, address) > 0 && holds.size() == 1;
                    });
  if (!away) return text;
  return text + "; then " + core::enumerate(commands({now->begin(), now->end()}, true));
}

}  // namespace

std::string what_is_there(const Inventory& inventory, const PciAddress& address, const Identity& remembered) {
  const auto* const device = inventory.find(address);
  if (device == nullptr) return "no device is at this address now";
  return fmt::format("another device is at this address now: {} {} (driver {}){}", ids(*device),
                     short_name(*device), device->driver.value_or("none"),
                     difference(remembered, identity_of(inventory, *device)));
}

std::string where_it_is(const Inventory& inventory, const Identity& remembered) {
  const auto found = find_device(inventory, remembered);
  const auto addresses = addresses_of(found.devices);
  if (addresses.empty()) return fmt::format("no {} is in this machine now", ids_text(remembered));
  const char* const verb = addresses.size() == 1 ? "is" : "are";
  if (found.certain) return fmt::format("it is at {} now", addresses.front());
  return fmt::format("which one it is cannot be determined: of the same kind {} {} in this machine", verb,
                     core::enumerate(addresses));
}

std::vector<Hold> displaced(const Inventory& inventory, const std::vector<Hold>& holds) {
  std::vector<Hold> found;
  std::ranges::copy_if(holds, std::back_inserter(found), [&](const Hold& hold) {
    const auto* const function = hold.device.function();
    return function != nullptr && presence_of(hold.identity, *function, inventory) != Presence::there;
  });
  return found;
}

std::string mending(const Inventory& inventory, const std::vector<Hold>& displaced,
                    const std::string& default_uri) {
  std::string text;
  auto rest = displaced;
  while (!rest.empty()) {
    const auto other = std::stable_partition(
        rest.begin(), rest.end(),
        [first = rest.front()](const auto& hold) { return belong_together(first, hold); });
    text += (text.empty() ? "" : "; ") + mend(inventory, {rest.begin(), other}, default_uri);
    rest.erase(rest.begin(), other);
  }
  return text;
}

std::optional<Error> displaced_error(const Inventory& inventory, const std::vector<Hold>& holds,
                                     const std::string& default_uri) {
  const auto found = displaced(inventory, holds);
  if (found.empty()) return std::nullopt;
  std::vector<Error> errors;
  for (const auto& hold : found) {
    const auto what = fmt::format("{}: {}. gpupass took the {} that was there{}; {}", to_string(hold.device),
                                  what_is_there(inventory, hold.device.as_function(), hold.identity),
                                  ids_text(hold.identity),
                                  hold.owners.empty() ? "" : " for " + core::enumerate(owner_names(hold)),
                                  where_it_is(inventory, hold.identity));
    errors.push_back({ErrorKind::refused, what, "", {}, {}});
  }
  auto error = std::move(errors.front());
  error.also.assign(std::next(errors.begin()), errors.end());
  auto& last = error.also.empty() ? error.hint : error.also.back().hint;
  last = "nothing was changed; " + mending(inventory, found, default_uri);
  return error;
}

}  // namespace gpupass::report
