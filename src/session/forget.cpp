// SPDX-License-Identifier: GPL-2.0-or-later
#include <fmt/format.h>

#include <algorithm>

#include "gpupass/record_files.hpp"
#include "gpupass/session/recover.hpp"
#include "session/claim.hpp"

namespace gpupass::session {
namespace {

std::vector<KeptDomain> domains_to_keep(const JournalRecord& journal) {
  std::vector<KeptDomain> kept;
  for (const auto& step : journal.plan.steps) {
    const auto* const define = std::get_if<DefineDomain>(&step);
    if (define == nullptr || define->before.empty()) continue;
    auto name = define->domain;
    std::ranges::replace(name, '/', '_');
    kept.push_back({define->domain, fmt::format("/var/lib/gpupass/forgotten/{}.{}.xml", journal.id, name),
                    define->before});
  }
  return kept;
}

}  // namespace

Result<Forgotten> forget(World& world, const Manner& manner, const JournalRecord& journal) {
  const Manner at_once{manner.requester, manner.dry_run, std::chrono::milliseconds(0)};
  GPUPASS_TRY_ASSIGN(const auto claimed, claim(world, at_once, journal));
  Forgotten forgotten;
  forgotten.ended = !claimed.journal;
  if (forgotten.ended) return forgotten;
  forgotten.kept = domains_to_keep(journal);
  for (const auto& [domain, file, xml] : forgotten.kept) GPUPASS_TRY(world.host.write_file(file, xml));
  if (journal.damage.empty()) {
    GPUPASS_TRY(Journal::resume(world.host, journal.id).remove());
  } else {
    GPUPASS_TRY_ASSIGN(forgotten.set_aside, set_aside(world.host, journal.path()));
  }
  return forgotten;
}

Result<std::vector<std::string>> preview_forget(const World& world, const JournalRecord& journal) {
  if (is_under_way(world.host, journal))
    return fail(ErrorKind::busy, fmt::format("\"{}\" is running", journal.plan.command),
                "nothing was changed; `gpupass recover` waits for its end");
  std::vector<std::string> lines;
  if (!journal.damage.empty()) lines.push_back("set aside " + journal.path() + ", which cannot be read");
  for (const auto& [domain, file, xml] : domains_to_keep(journal))
    lines.push_back(fmt::format("keep how {} was configured before: {}", domain, file));
  if (journal.damage.empty()) lines.push_back("close the journal; the machine stays as it is");
  return lines;
}

}  // namespace gpupass::session
