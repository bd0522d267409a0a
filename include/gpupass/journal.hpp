// SPDX-License-Identifier: GPL-2.0-or-later
// What was about to be done, what was done, and how it was before: written and fsynced ahead of
// every change, so that a killed gpupass or a power cut leaves something to go by.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "gpupass/host.hpp"
#include "gpupass/plan.hpp"

namespace gpupass {

enum class StepState {
  intent,      // about to be done; whether it was is seen on the machine
  untouched,   // it was already so; never undone
  done,        // done and read back
  failed,      // it failed; whether it had an effect is seen on the machine
  open,        // the kernel had not returned when the wait ended
  undone,      // put back and read back
  undo_failed  // could not be put back; `recover` tries again
};

/// One line of a journal: how a step of the plan stands.
struct JournalEntry {
  std::size_t step = 0;  // index into plan.steps
  StepState state = StepState::intent;
  std::string before;  // the previous value, as the step's undo needs it
  pid_t pid = 0;       // open only: the process inside the kernel
  std::string note;    // failed, undo_failed: the error; open: the process's state
  /// done only: what was read back, where an undo needs it to see whether somebody changed it since. Empty
  /// for most steps, and for every step of which it is not known whether it was done.
  std::string result = {};
  bool operator==(const JournalEntry&) const = default;
};

/// One journal as it was found. Found at all, it was interrupted, has a step still open, or could
/// not be put back: a journal that ended well is removed.
struct JournalRecord {
  std::string id;  // the file's name: "20261122T123521Z-4711"
  Plan plan;
  std::string started;  // UTC
  std::string boot_id;
  pid_t pid = 0;  // of the gpupass that wrote it
  std::vector<JournalEntry> entries;
  /// What of it cannot be read (a damaged disk); empty: all of it can. Where the plan itself cannot be, it
  /// has no steps, and the devices are those whose addresses are found in the text.
  std::string damage = {};
  bool denied = false;  // it is for root only, and `damage` says so: nothing is known of it but its name
  bool operator==(const JournalRecord&) const = default;

  /// The last state of each step; nothing for a step that was never reached.
  [[nodiscard]] std::vector<std::optional<JournalEntry>> latest() const;
  /// Nothing is left to do but to remove it: every step was done, or whatever was done has been put back.
  [[nodiscard]] bool ended() const;
  /// Its plan can be read, and so can be carried on or put back.
  [[nodiscard]] bool has_plan() const { return !plan.command.empty(); }
  /// The file, as the host names it.
  [[nodiscard]] std::string path() const;
  /// When it was started, as its name says: "20261122T123521Z".
  [[nodiscard]] std::string started_by_name() const { return id.substr(0, id.find('-')); }
};

/// A journal being written: one file below /var/lib/gpupass/journal, mode 0600 (a domain's XML may
/// hold secrets), one JSON object a line.
class Journal {
 public:
  /// Starts one. Nothing may be changed before this has returned.
  [[nodiscard]] static Result<Journal> start(Host& host, const Plan& plan, const std::string& boot_id);
  /// Goes on with one that was interrupted. What a torn last line has is cut off before the next is written.
  [[nodiscard]] static Journal resume(Host& host, const std::string& id);

  [[nodiscard]] Result<void> append(const JournalEntry& entry);
  /// Everything was done, or everything was put back: the journal is of no more use.
  [[nodiscard]] Result<void> remove();
  [[nodiscard]] const std::string& id() const { return id_; }

 private:
  Journal(Host& host, std::string id) : host_(&host), id_(std::move(id)) {}
  Host* host_;
  std::string id_;
};

/// The journals there are, oldest first. A last line that never got whole is left out: what it announces was
/// not begun. Whatever else cannot be read is left out and told in `damage`. Error: that of a folder that
/// cannot be read.
[[nodiscard]] Result<std::vector<JournalRecord>> load_journals(const Host& host);

/// Removes the files of journals whose first line never got whole: before it was, nothing was changed. Only
/// those of processes that have ended.
[[nodiscard]] Result<void> remove_stillborn_journals(Host& host);

[[nodiscard]] const char* name(StepState state);

}  // namespace gpupass
