// SPDX-License-Identifier: GPL-2.0-or-later
#include "session/claim.hpp"

#include <algorithm>
#include <set>

namespace gpupass::session {

Result<Claim> claim(World& world, const Manner& manner, const JournalRecord& seen) {
  Claim claim;
  const auto doing = "recover " + seen.id;
  for (const auto& device : std::set(seen.plan.devices.begin(), seen.plan.devices.end())) {
    GPUPASS_TRY_ASSIGN(auto lock, acquire(world, manner, to_string(device), doing));
    claim.locks.devices.emplace(device, std::move(lock));
  }
  for (const auto& domain : domains_of(seen.plan)) {
    GPUPASS_TRY_ASSIGN(auto lock, acquire(world, manner, domain_lock(domain), doing));
    claim.locks.others.push_back(std::move(lock));
  }
  if (!seen.plan.files.empty()) {
    GPUPASS_TRY_ASSIGN(auto lock, acquire(world, manner, seen.plan.files, doing));
    claim.locks.others.push_back(std::move(lock));
  }
  GPUPASS_TRY_ASSIGN(auto journals, load_journals(world.host));
  const auto found = std::ranges::find(journals, seen.id, &JournalRecord::id);
  if (found != journals.end()) claim.journal = std::move(*found);
  return claim;
}

}  // namespace gpupass::session
