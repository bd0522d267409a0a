// SPDX-License-Identifier: GPL-2.0-or-later
// The record of a plan that was begun: the state of each step. gpupass/journal.hpp stores it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "gpupass/plan.hpp"

namespace gpupass {

enum class StepState {
  intent,      // about to be done; whether it was is seen on the machine
  untouched,   // it was already as wanted; never undone
  done,        // done and read back
  failed,      // it failed; whether it had an effect is seen on the machine
  open,        // the kernel had not returned when the wait ended
  undone,      // undone and read back
  undo_failed  // could not be put back; `recover` tries again
};

/// One line of a journal: the state of a step of the plan.
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

[[nodiscard]] const char* name(StepState state);

/// What happened to a step, as it happens.
struct StepEvent {
  std::size_t step = 0;
  StepState state = StepState::intent;
  std::string text;  // describe(step), or describe_undo(step) on the way back
  std::string note;
};

}  // namespace gpupass
