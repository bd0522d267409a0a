// SPDX-License-Identifier: GPL-2.0-or-later
#include "gpupass/session/recover.hpp"

#include <algorithm>
#include <array>
#include <iterator>

#include "gpupass/discover/discover.hpp"
#include "gpupass/session/consent.hpp"
#include "gpupass/session/not_shown.hpp"
#include "gpupass/session/obstacles.hpp"
#include "gpupass/session/unreadable.hpp"
#include "gpupass/sys/terminal.hpp"
#include "session/cdi_record.hpp"
#include "session/claim.hpp"
#include "session/descriptions.hpp"

namespace gpupass::session {
namespace {

/// Where a gpupass that was killed may have left a file half-written, beside what a journal names.
constexpr std::array k_written_to = {"/var/lib/gpupass", "/var/lib/gpupass/journal", "/var/lib/gpupass/holds",
                                     "/var/lib/gpupass/bindings", "/var/lib/gpupass/forgotten"};

Result<Inventory> machine_of(const Host& host, const JournalRecord& journal) {
  return discover::read_inventory(host,
                                  {.holders = false, .serials_of = functions_among(journal.plan.devices)});
}

/// Error: refused, if what is left to do cannot be done, as below a read-only /sys.
Result<void> refuse_impossible(const Inventory& inventory, const JournalRecord& journal,
                               const apply::Doors& doors) {
  auto left = journal.plan;
  left.steps = apply::steps_to_recover(journal, doors);
  return session::refuse_impossible(obstacles_to_return(inventory, left, {}));
}

/// Errors: busy, of a device that a gpupass is at work on, or was left in the kernel with; of a libvirt that
/// cannot be had.
Result<RecoveryReport> recover_claimed(World& world, const Manner& manner, const JournalRecord& seen) {
  if (!seen.has_plan()) {
    apply::Doors nothing{world.host, nullptr, nullptr, manner.patience, {}, {}};
    return apply::recover(seen, nothing);
  }
  GPUPASS_TRY_ASSIGN(const auto claimed, claim(world, manner, seen));
  if (!claimed.journal) return RecoveryReport{Recovery::ended, {}};
  const auto& journal = *claimed.journal;
  std::unique_ptr<Hypervisor> hypervisor;
  if (!journal.plan.uri.empty()) {
    GPUPASS_TRY_ASSIGN(hypervisor, world.connect(journal.plan.uri, manner.patience));
  }
  apply::Doors doors{world.host, hypervisor.get(), &claimed.locks.devices, manner.patience, {}, {}};
  doors.life = hypervisor.get();
  GPUPASS_TRY_ASSIGN(const auto inventory, machine_of(world.host, journal));
  doors.displaced = apply::displaced_devices(journal.plan, inventory);  // recover does nothing to them
  GPUPASS_TRY(refuse_impossible(inventory, journal, doors));
  std::vector<Error> warnings;
  doors.warn = [&](const Error& warning) { warnings.push_back(warning); };
  doors.observe = [&](const StepEvent& event) { manner.requester.hears(event); };
  for (const auto& device : doors.displaced) manner.requester.leaves_alone(device);
  auto report = apply::recover(journal, doors);
  if (report.warning) warnings.push_back(*std::move(report.warning));
  if (warnings.empty()) return report;
  report.warning = std::move(warnings.front());
  report.warning->also.insert(report.warning->also.end(), std::next(warnings.begin()), warnings.end());
  return report;
}

}  // namespace

Result<Unfinished> unfinished(World& world, const Manner& manner) {
  if (!manner.dry_run) {
    sys::outlive_readers();  // what is begun is brought to its end
    for (const auto* const folder : k_written_to) world.host.clear_leftovers(folder);
    GPUPASS_TRY(remove_stillborn_journals(world.host));
    GPUPASS_TRY_ASSIGN(auto journals, load_journals(world.host));
    std::ranges::reverse(journals);
    return Unfinished{std::move(journals), true};
  }
  auto loaded = load_journals(world.host);
  const bool all_seen = loaded.has_value();
  GPUPASS_TRY_ASSIGN(auto journals,
                     if_permitted(manner.requester, "which commands did not end", std::move(loaded)));
  std::ranges::reverse(journals);
  return Unfinished{std::move(journals), all_seen};
}

Leftovers leftovers(const World& world, std::chrono::milliseconds patience) {
  auto left = loans_left(world, patience);
  Agreed nobody;  // what cannot come back is told by describe_returned()
  auto back = returning_names(world, nobody, {});
  if (!back) left.errors.push_back(back.error());
  return {std::move(left.loans), back ? std::move(back->names) : std::vector<std::string>{},
          damaged_records(world.host), std::move(left.errors)};
}

Result<std::vector<std::string>> describe_returned(World& world, const Manner& manner) {
  GPUPASS_TRY_ASSIGN(auto back, returning_names(world, manner.requester, {}));
  if (back.plan.steps.empty()) return std::vector<std::string>{};
  const auto functions = functions_among(back.plan.devices);
  Locks locks;
  GPUPASS_TRY(take_locks(world, manner, back.plan.command, functions, "", locks));
  GPUPASS_TRY(lock_descriptions(world, manner, back.plan.command, locks));
  GPUPASS_TRY_ASSIGN(back, returning_names(world, manner.requester, functions));
  GPUPASS_TRY(carry_out(world, manner, std::move(back.plan), nullptr, locks, std::string()));
  return back.names;
}

RecoveryReport recover(World& world, const Manner& manner, const JournalRecord& seen) {
  auto report = recover_claimed(world, manner, seen);
  if (report) return *std::move(report);
  const bool busy = report.error().kind == ErrorKind::busy;
  return {busy ? Recovery::still_releasing : Recovery::not_begun, std::move(report).error()};
}

Result<RecoveryPreview> preview_recovery(World& world, const Manner& manner, const JournalRecord& journal) {
  RecoveryPreview preview;
  preview.under_way = is_under_way(world.host, journal);
  apply::Doors doors{world.host, nullptr, nullptr, {}, {}, {}};
  if (!journal.has_plan()) {
    preview.report = apply::recover(journal, doors);
    return preview;
  }
  if (!journal.plan.uri.empty() && !world.host.captured()) {
    const auto hypervisor = world.connect(journal.plan.uri, manner.patience);
    if (!hypervisor) preview.report = {Recovery::not_begun, hypervisor.error()};
  }
  GPUPASS_TRY_ASSIGN(const auto inventory, machine_of(world.host, journal));
  preview.left_alone = apply::displaced_devices(journal.plan, inventory);
  doors.displaced = preview.left_alone;
  const auto possible = refuse_impossible(inventory, journal, doors);
  if (!possible) preview.report = {Recovery::not_begun, possible.error()};
  preview.steps = apply::preview_recovery(journal, doors);
  return preview;
}

Result<void> verdict(const std::vector<RecoveryReport>& reports, std::vector<Error> others) {
  std::vector<Error> errors;
  const auto lost = std::ranges::find_if(reports, [](const RecoveryReport& report) {
    return report.outcome == Recovery::failed || report.outcome == Recovery::not_begun;
  });
  if (lost != reports.end()) {  // the first of them: the others' were told
    errors.push_back(lost->error.value_or(Error{}));
    auto& hint = errors.back().hint;
    hint += hint.empty() ? "" : "\n  ";
    hint += "mend that and run it again, or accept the machine as it is with `gpupass recover --forget`";
  }
  std::ranges::move(others, std::back_inserter(errors));
  for (const auto& report : reports) {
    if (report.outcome == Recovery::still_releasing) errors.push_back(report.error.value_or(Error{}));
  }
  if (errors.empty()) return {};
  auto first = std::move(errors.front());
  first.also.insert(first.also.end(), std::next(errors.begin()), errors.end());
  return Failure(std::move(first));
}

}  // namespace gpupass::session
