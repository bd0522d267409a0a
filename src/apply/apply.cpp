// SPDX-License-Identifier: GPL-2.0-or-later
#include "gpupass/apply.hpp"

#include "apply/executor.hpp"

namespace gpupass {
namespace {

/// Everything is as it is to be: a journal that stays is seen to have ended, and stops nobody.
void close(Journal& journal, Doors& doors) {
  auto removed = journal.remove();
  if (removed || !doors.warn) return;
  removed.error().hint = "nothing else is left to do; `gpupass recover` removes it";
  doors.warn(removed.error());
}

}  // namespace

Result<void> apply(const Plan& plan, Doors& doors) {
  if (plan.steps.empty()) return {};
  GPUPASS_TRY_ASSIGN(const auto boot_id, doors.host.attribute("/proc/sys/kernel/random/boot_id"));
  GPUPASS_TRY_ASSIGN(auto journal, Journal::start(doors.host, plan, boot_id));
  apply_detail::Executor executor(plan, doors, journal,
                                  std::vector<std::optional<JournalEntry>>(plan.steps.size()));
  auto result = executor.forward();
  if (result) {
    close(journal, doors);
    return {};
  }
  auto error = std::move(result).error();
  auto undoing = executor.backward();
  const bool all_undone = undoing.empty();
  for (auto& other : undoing) error.also.push_back(std::move(other));
  if (executor.stuck()) return Failure(std::move(error));  // the journal stays: its outcome is read later
  if (!all_undone) {
    error.kind = ErrorKind::partial;
    error.hint = "not everything could be put back; when the cause is gone, `gpupass recover` tries again";
    return Failure(std::move(error));
  }
  close(journal, doors);
  return Failure(std::move(error));
}

}  // namespace gpupass
