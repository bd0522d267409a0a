// SPDX-License-Identifier: GPL-2.0-or-later
// What gpupass holds, the state of the domains that have it, and what was left unfinished.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "gpupass/container/lxc.hpp"
#include "gpupass/hold.hpp"
#include "gpupass/journal_record.hpp"
#include "gpupass/report/domains.hpp"
#include "gpupass/unreadable_record.hpp"

namespace gpupass {

/// A domain that gpupass gave a device to.
struct GivenTo {
  enum class State { unknown, gone, off, running };  // unknown: libvirt does not say

  std::string domain, uri;
  State state = State::unknown;
  std::optional<bool> has_it;  // nothing: not known, or the domain is gone
};
/// "not known" where libvirt does not say.
[[nodiscard]] const char* name(GivenTo::State state);

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

/// A function that is bound at boot, or is to be, or is no longer to be.
struct BoundAtBoot {
  PciAddress device;
  std::string ids;        // "1002:5046"
  std::string driver;     // now; empty: none
  bool set_up = false;    // the list that is read at boot has it
  bool honoured = false;  // this boot bound it
  bool there = true;      // false: another device is at that address, or none
  std::string state;      // for a person
  bool operator==(const BoundAtBoot&) const = default;
};

struct Status {
  std::vector<HeldNow> held;
  std::vector<NotHeld> others;
  std::vector<UnfinishedNow> unfinished;
  std::vector<BoundAtBoot> at_boot;
  std::vector<report::LibvirtAnswer> libvirt;
  std::vector<UnreadableRecord> unreadable;
  std::vector<container::LxcContainer> containers;  // that have cards through gpupass
  std::vector<std::string> remedies;  // what a person can do about devices: sentences with commands
};

}  // namespace gpupass
