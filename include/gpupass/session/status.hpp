// SPDX-License-Identifier: GPL-2.0-or-later
// What gpupass holds, what became of the domains that it was given to, and what was left unfinished.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "gpupass/hold.hpp"
#include "gpupass/journal.hpp"
#include "gpupass/record_files.hpp"
#include "gpupass/report/domains.hpp"
#include "gpupass/session/boot_status.hpp"
#include "gpupass/session/requester.hpp"
#include "gpupass/session/world.hpp"

namespace gpupass::session {

/// A domain that gpupass gave a device to.
struct GivenTo {
  enum class State { unknown, gone, off, running };  // unknown: libvirt does not say

  std::string domain, uri;
  State state = State::unknown;
  std::optional<bool> has_it;  // nothing: not known, or the domain is gone
};

/// A device that gpupass holds, as it is now.
struct HeldNow {
  Hold hold;
  std::string driver;              // now; empty: none
  std::optional<pid_t> releasing;  // a process still in the kernel with it
  bool there = true;               // false: another device is at that address, or none
  std::vector<GivenTo> given;
  std::string owners;  // for a person: "vm1 (off), job slurm:4711"
  std::string state;   // likewise
};

/// A device that gpupass does not hold although a domain has it or vfio-pci keeps it.
struct NotHeld {
  PciAddress device;
  std::string driver;  // now; empty: none
  std::optional<report::Assignment> assignment;
  bool lost = false;   // gpupass put it into the domain, and has no record of it
  std::string owners;  // for a person
  std::string state;   // likewise
};

struct UnfinishedNow {
  JournalRecord journal;
  bool under_way = false;  // its command is at work
};

struct Status {
  std::vector<HeldNow> held;
  std::vector<NotHeld> others;
  std::vector<UnfinishedNow> unfinished;
  std::vector<BoundAtBoot> at_boot;
  std::vector<report::LibvirtAnswer> libvirt;
  std::vector<UnreadableRecord> unreadable;
  std::vector<std::string> remedies;  // what a person can do about devices: sentences with commands
};

/// What is not for this user is left out and noted. `connection` is the libvirt that is named; empty: none.
[[nodiscard]] Result<Status> status(const World& world, Requester& requester, const std::string& connection);

/// In JSON; "not known" where libvirt does not say.
[[nodiscard]] const char* name(GivenTo::State state);

}  // namespace gpupass::session
