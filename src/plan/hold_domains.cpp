// SPDX-License-Identifier: GPL-2.0-or-later
// Which domains a device is held for.
#include <algorithm>
#include <iterator>

#include "gpupass/hold.hpp"

namespace gpupass {

std::vector<Sharer> sharers_of(const Hold& hold) {
  if (hold.domain.empty()) return {};
  std::vector<Sharer> sharers{{hold.domain, hold.uri}};
  sharers.insert(sharers.end(), hold.shared_with.begin(), hold.shared_with.end());
  return sharers;
}

std::vector<std::string> domains_of(const Hold& hold) {
  std::vector<std::string> domains;
  std::ranges::transform(sharers_of(hold), std::back_inserter(domains), &Sharer::domain);
  return domains;
}

bool is_for(const Hold& hold, const std::string& domain) {
  return std::ranges::count(domains_of(hold), domain) > 0;
}

Hold without_domain(Hold hold, const std::string& domain) {
  auto sharers = sharers_of(hold);
  std::erase_if(sharers, [&](const Sharer& sharer) { return sharer.domain == domain; });
  hold.domain = sharers.empty() ? "" : sharers.front().domain;
  hold.uri = sharers.empty() ? "" : sharers.front().uri;
  if (!sharers.empty()) sharers.erase(sharers.begin());
  hold.shared_with = std::move(sharers);
  return hold;
}

}  // namespace gpupass
