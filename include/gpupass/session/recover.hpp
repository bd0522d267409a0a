// SPDX-License-Identifier: GPL-2.0-or-later
// After a kill, a power cut, or a slow driver: what interrupted commands left, and how it is finished, undone
// or forgotten. One of them blocks no other.
#pragma once

#include <string>
#include <vector>

#include "gpupass/recovery.hpp"
#include "gpupass/session/change.hpp"
#include "gpupass/session/loans.hpp"

namespace gpupass::session {

struct Unfinished {
  std::vector<JournalRecord>
      journals;          // the newest first: what was borrowed within a longer loan goes back before
  bool all_seen = true;  // false on a dry run: which commands did not end is not for this user, who was told
};
/// Files that a gpupass which was killed left half-written are removed, but for a dry run.
[[nodiscard]] Result<Unfinished> unfinished(World& world, const Manner& manner);

/// What is left beside journals.
struct Leftovers {
  Loans loans;
  std::vector<std::string> names;         // of gpupass's CDI files, without which their cards are back
  std::vector<UnreadableRecord> records;  // that are damaged
  std::vector<Error> errors;              // of a libvirt that does not say whether a domain runs

  [[nodiscard]] bool empty() const { return loans.empty() && names.empty() && records.empty(); }
};
[[nodiscard]] Leftovers leftovers(const World& world, std::chrono::milliseconds patience);

/// Finishes or undoes what a journal tells, once nobody is at work on it. The requester hears which devices
/// are left alone and what was done.
[[nodiscard]] RecoveryReport recover(World& world, const Manner& manner, const JournalRecord& seen);

/// Adds names that were taken out of gpupass's CDI files again, for cards that were returned.
[[nodiscard]] Result<std::vector<std::string>> describe_returned(World& world, const Manner& manner);

/// What recover() would do.
[[nodiscard]] Result<RecoveryPreview> preview_recovery(World& world, const Manner& manner,
                                                       const JournalRecord& journal);

/// Accepts the machine as it is. Error: busy, if the command is at work.
[[nodiscard]] Result<Forgotten> forget(World& world, const Manner& manner, const JournalRecord& journal);
/// What forget() would do, one line each. Error: busy.
[[nodiscard]] Result<std::vector<std::string>> preview_forget(const World& world,
                                                              const JournalRecord& journal);

/// The worst of all as one error: journals that could not be put right, then what else went wrong, then what
/// takes its time.
[[nodiscard]] Result<void> verdict(const std::vector<RecoveryReport>& reports, std::vector<Error> others);

/// All of it, as `gpupass recover` does it; `forget`: accepts the machine as it is, and closes the journals.
/// On a dry run, what that would be. Error: nothing can be known of the machine; what went wrong with one
/// journal, loan or record is in the summary, and blocks no other.
[[nodiscard]] Result<RecoverySummary> recover_all(World& world, const Manner& manner, bool forget);

}  // namespace gpupass::session
