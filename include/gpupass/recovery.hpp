// SPDX-License-Identifier: GPL-2.0-or-later
// What happened, or would happen, to what interrupted commands left.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "gpupass/error.hpp"
#include "gpupass/journal_record.hpp"
#include "gpupass/unreadable_record.hpp"

namespace gpupass {

enum class Recovery {
  ended,            // its command was still running and has ended by itself: there was nothing to do
  undone,           // an interrupted take was undone
  finished,         // an interrupted return was finished
  still_releasing,  // a step is still in the kernel; look again later
  failed,           // something could not be undone
  not_begun,        // what it needs (libvirt) was not available: nothing was tried
};

struct RecoveryReport {
  Recovery outcome = Recovery::undone;
  std::optional<Error> error;  // failed, not_begun, still_releasing; undone: why it could not be finished
  /// The outcome is as it says, but something on the way said that it failed.
  std::optional<Error> warning = {};
};

/// What recover() would do with a journal.
struct RecoveryPreview {
  bool under_way = false;  // it would wait for the end of the command that is at work
  std::set<PciAddress> left_alone;
  std::vector<std::string> steps;
  RecoveryReport report = {};  // not_begun where the run could not begin; else nothing is known of its end
};

/// How a domain was configured before, which a journal was to bring back: the file that forgetting keeps it
/// in. It is nowhere else.
struct KeptDomain {
  std::string domain, file, xml;
};

/// A journal that was closed, with the machine as it is.
struct Forgotten {
  bool ended = false;  // its command was at work, and has ended by itself: there was nothing to forget
  std::vector<KeptDomain> kept;
  std::string set_aside;  // where a journal that cannot be read is now; empty: it was closed
};

/// What forgetting it would do, one line each.
struct ForgetPreview {
  std::vector<std::string> steps;
};

/// Devices that the hook bound for one start of a domain, by domain.
using Loans = std::map<std::string, std::vector<PciAddress>>;

struct JournalFate {
  JournalRecord journal;
  std::variant<RecoveryReport, RecoveryPreview, Forgotten, ForgetPreview> fate;
};

/// A record that cannot be read.
struct RecordFate {
  UnreadableRecord record;
  std::string kept;  // where it is now; empty: it was left where it is
};

/// All that was left unfinished, and what became of it, or would on a dry run.
struct RecoverySummary {
  bool forget = false;  // the machine was accepted as it is
  bool dry_run = false;
  bool nothing_left = false;  // and nothing is kept from this user
  std::vector<JournalFate> journals = {};
  Loans loans = {};                     // whose domain is not running
  Loans returned = {};                  // those of them that went back, or would
  std::vector<std::string> names = {};  // put into gpupass's CDI files again, or would be
  std::vector<RecordFate> records = {};
  std::optional<Error> error = {};  // the worst of what went wrong, the rest beside it
};

}  // namespace gpupass
