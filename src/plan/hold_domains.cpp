// SPDX-License-Identifier: GPL-2.0-or-later
// Which domains a device is held for.
#include <algorithm>

#include "gpupass/hold.hpp"

namespace gpupass {

std::vector<std::string> domains_of(const Hold& hold) {
  std::vector<std::string> domains;
  if (!hold.domain.empty()) domains.push_back(hold.domain);
  for (const auto& sharer : hold.shared_with) domains.push_back(sharer.domain);
  return domains;
}

bool is_for(const Hold& hold, const std::string& domain) {
  return std::ranges::count(domains_of(hold), domain) > 0;
}

Hold without_domain(Hold hold, const std::string& domain) {
  std::erase_if(hold.shared_with, [&](const Sharer& sharer) { return sharer.domain == domain; });
  if (hold.domain != domain) return hold;
  hold.domain.clear();
  hold.uri.clear();
  if (hold.shared_with.empty()) return hold;
  hold.domain = hold.shared_with.front().domain;
  hold.uri = hold.shared_with.front().uri;
  hold.shared_with.erase(hold.shared_with.begin());
  return hold;
}

}  // namespace gpupass
