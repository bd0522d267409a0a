// SPDX-License-Identifier: GPL-2.0-or-later
#include "gpupass/apply/apply.hpp"

#include "apply/executor.hpp"

namespace gpupass::apply {
namespace {

/// Everything is as it is to be: a journal that stays is seen to have ended, and stops nobody.
void close(Journal& journal, Doors& doors) {
  auto removed = journal.remove();
  if (removed || !doors.warn) return;
  removed.error().hint = "nothing else is left to do; `gpupass recover` removes it";
  doors.warn(removed.error());
}

std::vector<std::optional<JournalEntry>> no_states(const Plan& plan) {
  return std::vector<std::optional<JournalEntry>>(plan.steps.size());
}

Result<Journal> start_journal(const Plan& plan, Doors& doors) {
  GPUPASS_TRY_ASSIGN(const auto boot_id, doors.host.attribute("/proc/sys/kernel/random/boot_id"));
  return Journal::start(doors.host, plan, boot_id);
}

/// Puts everything back. Gives what it was for, if there is an error, and what could not be undone beside it.
std::optional<Error> put_back(Executor& executor, Journal& journal, Doors& doors,
                              std::optional<Error> error) {
  if (error && executor.is_past_return()) {
    error->kind = ErrorKind::partial;
    error->hint =
        "what was done cannot be undone; once the cause is removed, `gpupass recover` finishes the rest";
    return error;
  }
  auto undoing = executor.backward();
  const bool all_undone = undoing.empty();
  if (!error && !all_undone) {
    error = std::move(undoing.front());
    undoing.erase(undoing.begin());
  }
  for (auto& other : undoing) error->also.push_back(std::move(other));
  if (executor.stuck()) return error;  // the journal stays: its outcome is read later
  if (all_undone) {
    close(journal, doors);
    return error;
  }
  error->kind = ErrorKind::partial;
  error->hint = "not everything could be undone; once the cause is removed, `gpupass recover` tries again";
  return error;
}

}  // namespace

Result<void> execute(const Plan& plan, Doors& doors) {
  if (plan.steps.empty()) return {};
  GPUPASS_TRY_ASSIGN(auto journal, start_journal(plan, doors));
  Executor executor(plan, doors, journal, no_states(plan));
  auto result = executor.forward();
  if (!result) return Failure(*put_back(executor, journal, doors, std::move(result).error()));
  close(journal, doors);
  return {};
}

struct Borrowed::Parts {
  Parts(Plan borrowed, Doors through, Journal kept)
      : plan(std::move(borrowed)),
        doors(std::move(through)),
        journal(std::move(kept)),
        executor(plan, doors, journal, no_states(plan)) {}
  Plan plan;
  Doors doors;
  Journal journal;
  Executor executor;
};

Borrowed::Borrowed() = default;
Borrowed::Borrowed(Borrowed&& other) noexcept = default;
Borrowed& Borrowed::operator=(Borrowed&& other) noexcept = default;
Borrowed::~Borrowed() = default;

Result<void> Borrowed::put_back() {
  if (!parts_) return {};
  const auto parts = std::move(parts_);
  auto error = apply::put_back(parts->executor, parts->journal, parts->doors, std::nullopt);
  return error ? Result<void>(Failure(*std::move(error))) : Result<void>{};
}

void Borrowed::keep() {
  if (!parts_) return;
  close(parts_->journal, parts_->doors);
  parts_.reset();
}

Result<Borrowed> borrow(Plan plan, Doors doors) {
  plan.direction = Direction::borrow;
  Borrowed borrowed;
  if (plan.steps.empty()) return borrowed;
  GPUPASS_TRY_ASSIGN(auto journal, start_journal(plan, doors));
  borrowed.parts_ = std::make_unique<Borrowed::Parts>(std::move(plan), std::move(doors), std::move(journal));
  auto& parts = *borrowed.parts_;
  auto result = parts.executor.forward();
  if (!result)
    return Failure(*put_back(parts.executor, parts.journal, parts.doors, std::move(result).error()));
  return borrowed;
}

}  // namespace gpupass::apply
