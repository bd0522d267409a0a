// SPDX-License-Identifier: GPL-2.0-or-later
#include <algorithm>
#include <iterator>

#include "apply/device_files.hpp"
#include "apply/executor.hpp"
#include "apply/steps.hpp"
#include "gpupass/record_files.hpp"

namespace gpupass::apply {
namespace {

using States = std::vector<std::optional<JournalEntry>>;

/// An interrupted give-back goes on to its end, unless it had not begun or had already turned round; one that
/// has done what nothing brings back can do nothing else.
bool goes_forward(const JournalRecord& journal, Doors doors) {
  if (journal.plan.direction != Direction::give_back || journal.entries.empty()) return false;
  const bool turned = std::ranges::any_of(journal.entries, [](const JournalEntry& entry) {
    return entry.state == StepState::failed || entry.state == StepState::undone ||
           entry.state == StepState::undo_failed;
  });
  return !turned || is_past_return(journal.plan, journal.latest(), doors);
}

/// A disk may have lost the line with which a step was begun. A device that this plan took from its driver,
/// and that is where the plan was to bring it, was brought there by it.
void add_lost_probes(States& states, const Plan& plan, const Host& host) {
  std::set<PciAddress> taken;
  for (std::size_t i = 0; i < states.size(); ++i) {
    const auto* const unbind = std::get_if<Unbind>(&plan.steps[i]);
    if (unbind != nullptr && states[i] && states[i]->state != StepState::untouched)
      taken.insert(unbind->device);
    const auto* const probe = std::get_if<ProbeDriver>(&plan.steps[i]);
    if (probe == nullptr || states[i] || !taken.contains(probe->device)) continue;
    if (driver_of(host, probe->device) == probe->driver)
      states[i] = JournalEntry{i, StepState::intent, "", 0, "", ""};
  }
}

/// How far each step got. After a reboot no module is as we left it: who loaded it now is not known, so it
/// stays.
States states_now(const JournalRecord& journal, const Host& host) {
  auto states = journal.latest();
  add_lost_probes(states, journal.plan, host);
  if (host.attribute("/proc/sys/kernel/random/boot_id").value_or("") == journal.boot_id) return states;
  for (std::size_t i = 0; i < states.size(); ++i) {
    if (std::holds_alternative<LoadModule>(journal.plan.steps[i])) states[i].reset();
  }
  return states;
}

RecoveryReport stuck_or_failed(const Executor& executor, Error error) {
  if (executor.stuck()) return {Recovery::still_releasing, std::move(error)};
  error.kind = ErrorKind::partial;
  return {Recovery::failed, std::move(error)};
}

/// The journal is no longer needed. A damaged one may contain more than could be read.
RecoveryReport closed(const JournalRecord& record, Doors& doors, RecoveryReport report) {
  if (record.damage.empty()) {
    auto removed = Journal::resume(doors.host, record.id).remove();
    if (!removed) {
      removed.error().hint = "nothing else is left to do; run `gpupass recover` again to remove it";
      report.warning = std::move(removed).error();
    }
    return report;
  }
  auto kept = set_aside(doors.host, record.path());
  if (!kept) {
    report.warning = std::move(kept).error();
  } else {
    report.warning = fail(ErrorKind::invalid, record.damage,
                          "the readable part of the journal was used; the file is kept as " + *kept)
                         .value();
  }
  return report;
}

bool all_done(const JournalRecord& journal) {
  const auto states = journal.latest();
  return std::ranges::all_of(states, [](const auto& entry) {
    return entry && (entry->state == StepState::done || entry->state == StepState::untouched);
  });
}

}  // namespace

RecoveryReport recover(const JournalRecord& record, Doors& doors) {
  if (record.denied)
    return {Recovery::not_begun,
            fail(ErrorKind::denied, record.damage, "nothing was changed; run it as root").value()};
  if (!record.has_plan())
    return {Recovery::not_begun,
            fail(ErrorKind::invalid, record.damage,
                 "what the command was going to do cannot be read; nothing was changed. `gpupass recover "
                 "--forget` sets the journal aside and accepts the machine as it is")
                .value()};
  // Only its journal was still to be removed.
  if (record.ended())
    return closed(record, doors, {all_done(record) ? Recovery::finished : Recovery::undone, {}});
  auto journal = Journal::resume(doors.host, record.id);
  Executor executor(record.plan, doors, journal, states_now(record, doors.host));

  std::optional<Error> first;
  if (goes_forward(record, doors)) {
    auto result = executor.forward();
    if (result) return closed(record, doors, {Recovery::finished, {}});
    first = std::move(result).error();
    if (executor.stuck()) return stuck_or_failed(executor, *std::move(first));
  }
  auto errors = executor.backward();
  if (errors.empty()) return closed(record, doors, {Recovery::undone, std::move(first)});
  if (first) errors.insert(errors.begin(), *std::move(first));
  auto error = std::move(errors.front());
  error.also.insert(error.also.end(), std::next(errors.begin()), errors.end());
  return stuck_or_failed(executor, std::move(error));
}

std::set<PciAddress> displaced_devices(const Plan& plan, const Inventory& inventory) {
  auto identities = plan.identities;
  // A journal of an earlier gpupass has them only in what it wrote down.
  for (const auto& step : plan.steps) {
    const auto* const keep = std::get_if<KeepHold>(&step);
    if (keep != nullptr && keep->hold.device.function() != nullptr)
      identities.emplace(keep->hold.device.as_function(), keep->hold.identity);
  }
  std::set<PciAddress> displaced;
  for (const auto& [device, identity] : identities) {
    if (presence_of(identity, device, inventory) != Presence::there) displaced.insert(device);
  }
  return displaced;
}

std::vector<Step> steps_to_recover(const JournalRecord& journal, const Doors& doors) {
  std::vector<Step> left;
  if (journal.ended()) return left;
  const auto states = states_now(journal, doors.host);
  const auto& steps = journal.plan.steps;
  const bool forward = goes_forward(journal, doors);
  for (std::size_t i = 0; i < steps.size(); ++i) {
    if (is_left_alone(steps[i], doors)) continue;
    const bool is_to_do =
        forward
            ? !states[i] || states[i]->state == StepState::intent || states[i]->state == StepState::open
            : states[i] && states[i]->state != StepState::untouched && states[i]->state != StepState::undone;
    if (is_to_do) left.push_back(steps[i]);
  }
  if (!forward) std::ranges::reverse(left);
  return left;
}

std::vector<std::string> preview_recovery(const JournalRecord& journal, const Doors& doors) {
  const auto left = steps_to_recover(journal, doors);
  std::vector<std::string> lines;
  const bool forward = goes_forward(journal, doors);
  std::ranges::transform(left, std::back_inserter(lines),
                         [&](const Step& step) { return forward ? describe(step) : describe_undo(step); });
  return lines;
}

}  // namespace gpupass::apply
