// SPDX-License-Identifier: GPL-2.0-or-later
// What was going to be done, what was done, and the state before: written and fsynced before every change, so
// that it survives a kill or a power cut.
#pragma once

#include <string>
#include <vector>

#include "gpupass/host.hpp"
#include "gpupass/journal_record.hpp"

namespace gpupass {

/// A journal being written: one file below /var/lib/gpupass/journal, mode 0600 (a domain's XML may
/// hold secrets), one JSON object a line.
class Journal {
 public:
  /// Starts one. Nothing may be changed before this has returned.
  [[nodiscard]] static Result<Journal> start(Host& host, const Plan& plan, const std::string& boot_id);
  /// Goes on with one that was interrupted. What a torn last line has is cut off before the next is written.
  [[nodiscard]] static Journal resume(Host& host, const std::string& id);

  [[nodiscard]] Result<void> append(const JournalEntry& entry);
  /// Everything was done, or everything was undone: the journal is no longer needed.
  [[nodiscard]] Result<void> remove();
  [[nodiscard]] const std::string& id() const { return id_; }

 private:
  Journal(Host& host, std::string id) : host_(&host), id_(std::move(id)) {}
  Host* host_;
  std::string id_;
};

/// The journals there are, oldest first. A last line that never got whole is left out: what it announces was
/// not begun. Whatever else cannot be read is left out and reported in `damage`. Error: that of a folder that
/// cannot be read.
[[nodiscard]] Result<std::vector<JournalRecord>> load_journals(const Host& host);

/// Removes the files of journals whose first line never got whole: before it was, nothing was changed. Only
/// those of processes that have ended.
[[nodiscard]] Result<void> remove_stillborn_journals(Host& host);

}  // namespace gpupass
