// SPDX-License-Identifier: GPL-2.0-or-later
// After a kill, a power cut, or a driver that took its time: what commands left that did not end, and how it
// is finished, undone or forgotten. One of them stops no other.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "gpupass/journal.hpp"
#include "gpupass/record_files.hpp"
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
  std::vector<UnreadableRecord> records;  // that are damaged
  std::vector<Error> errors;              // of a libvirt that does not say whether a domain runs

  [[nodiscard]] bool empty() const { return loans.empty() && records.empty(); }
};
[[nodiscard]] Leftovers leftovers(const World& world, std::chrono::milliseconds patience);

/// Finishes or undoes what a journal tells, once nobody is at work on it. The requester hears which devices
/// are left alone and what was done.
[[nodiscard]] RecoveryReport recover(World& world, const Manner& manner, const JournalRecord& seen);

/// What recover() would do.
struct RecoveryPreview {
  bool under_way = false;  // it would wait for the end of the command that is at work
  std::set<PciAddress> left_alone;
  std::vector<std::string> steps;
  RecoveryReport report = {};  // not_begun where the run could not begin; else nothing is known of its end
};
[[nodiscard]] Result<RecoveryPreview> preview_recovery(World& world, const Manner& manner,
                                                       const JournalRecord& journal);

/// How a domain was configured before, which a journal was to bring back: the file that forget() keeps it in.
/// It is nowhere else.
struct KeptDomain {
  std::string domain, file, xml;
};

struct Forgotten {
  bool ended = false;  // its command was at work, and has ended by itself: there was nothing to forget
  std::vector<KeptDomain> kept;
  std::string set_aside;  // where a journal that cannot be read is now; empty: it was closed
};
/// Accepts the machine as it is. Error: busy, where the command is at work.
[[nodiscard]] Result<Forgotten> forget(World& world, const Manner& manner, const JournalRecord& journal);
/// What forget() would do, a line each. Error: busy.
[[nodiscard]] Result<std::vector<std::string>> preview_forget(const World& world,
                                                              const JournalRecord& journal);

/// The worst of all as one error: journals that could not be put right, then what else went wrong, then what
/// takes its time.
[[nodiscard]] Result<void> verdict(const std::vector<RecoveryReport>& reports, std::vector<Error> others);

}  // namespace gpupass::session
