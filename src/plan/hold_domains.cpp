// SPDX-License-Identifier: GPL-2.0-or-later
// Which hold is a device's, and which domains it is held for.
#include <fmt/format.h>

#include <algorithm>

#include "gpupass/core/text.hpp"
#include "gpupass/hold.hpp"

namespace gpupass {

const Hold* find_hold(const std::vector<Hold>& holds, const PciAddress& device) {
  const auto found = std::ranges::find(holds, device, &Hold::device);
  return found == holds.end() ? nullptr : &*found;
}

std::vector<Sharer> sharers_of(const Hold& hold) {
  if (hold.domain.empty()) return {};
  std::vector<Sharer> sharers{{hold.domain, hold.uri}};
  sharers.insert(sharers.end(), hold.shared_with.begin(), hold.shared_with.end());
  return sharers;
}

std::vector<std::string> domains_of(const Hold& hold) {
  const auto sharers = sharers_of(hold);
  std::vector<std::string> names;
  for (const auto& [domain, uri] : sharers) {
    const bool ambiguous = std::ranges::count(sharers, domain, &Sharer::domain) > 1;
    names.push_back(ambiguous ? fmt::format("{} ({})", domain, uri) : domain);
  }
  return names;
}

bool is_for(const Hold& hold, const Sharer& domain) {
  return std::ranges::count(sharers_of(hold), domain) > 0;
}

bool is_for_one_named(const Hold& hold, const std::string& name) {
  return std::ranges::count(sharers_of(hold), name, &Sharer::domain) > 0;
}

Hold with_domain(Hold hold, const Sharer& domain) {
  if (is_for(hold, domain)) return hold;
  if (hold.domain.empty()) {
    hold.domain = domain.domain;
    hold.uri = domain.uri;
  } else {
    hold.shared_with.push_back(domain);
  }
  return hold;
}

Hold without_domain(Hold hold, const Sharer& domain) {
  auto sharers = sharers_of(hold);
  std::erase(sharers, domain);
  hold.domain.clear();
  hold.uri.clear();
  hold.shared_with.clear();
  for (const auto& sharer : sharers) hold = with_domain(std::move(hold), sharer);
  return hold;
}

std::string return_commands(const Hold& hold) {
  const auto device = to_string(hold.device);
  if (hold.domain.empty()) return fmt::format("`gpupass unbind {}` gives it back", device);
  const auto sharers = sharers_of(hold);
  std::vector<std::string> commands;
  for (const auto& [domain, uri] : sharers) {
    const bool ambiguous = std::ranges::count(sharers, domain, &Sharer::domain) > 1;
    commands.push_back(
        fmt::format("`gpupass detach {} {}{}`", domain, device, ambiguous ? " --connect " + uri : ""));
  }
  return fmt::format("{} {} it back", core::enumerate(commands), commands.size() == 1 ? "gives" : "give");
}

}  // namespace gpupass
