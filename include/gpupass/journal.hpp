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
  bool operator==(const JournalRecord&) const = default;

  /// The last state of each step; nothing for a step that was never reached.
  [[nodiscard]] std::vector<std::optional<JournalEntry>> latest() const;
};

/// A journal being written: one file below /var/lib/gpupass/journal, mode 0600 (a domain's XML may
/// hold secrets), one JSON object a line.
class Journal {
 public:
  /// Starts one. Nothing may be changed before this has returned.
  [[nodiscard]] static Result<Journal> start(const Host& host, const Plan& plan, const std::string& boot_id);
  /// Goes on with one that was interrupted.
  [[nodiscard]] static Journal resume(const Host& host, const std::string& id);

  [[nodiscard]] Result<void> append(const JournalEntry& entry);
  /// Everything was done, or everything was put back: the journal is of no more use.
  [[nodiscard]] Result<void> remove();
  [[nodiscard]] const std::string& id() const { return id_; }

 private:
  Journal(std::filesystem::path file, std::string id) : file_(std::move(file)), id_(std::move(id)) {}
  std::filesystem::path file_;
  std::string id_;
};

/// The journals there are, oldest first. A last line cut short by a power cut is left out; anything
/// else unreadable is an error that names the file.
[[nodiscard]] Result<std::vector<JournalRecord>> load_journals(const Host& host);

/// Journals that cannot be read (a damaged disk) get ".unreadable" behind their names, and are in nobody's
/// way any more. Returns the new names.
[[nodiscard]] Result<std::vector<std::string>> set_unreadable_journals_aside(const Host& host);

[[nodiscard]] const char* name(StepState state);

}  // namespace gpupass
