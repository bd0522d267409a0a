// SPDX-License-Identifier: GPL-2.0-or-later
// The obstacles to passing a card through, and their remedies.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "gpupass/inventory.hpp"

namespace gpupass {

/// In rising order of severity. What could not be measured is not the same as fine.
enum class Severity { fine, unmeasured, warns, blocks };

/// Whether a person may continue in spite of a finding that blocks.
enum class Consent {
  may_be_given,  // a person decides, at the terminal or with --yes
  impossible,    // it cannot work, or it would break the host: always refused, even with --yes
};

struct Evidence {
  std::string path;   // what was read
  std::string value;  // what it said
  bool operator==(const Evidence&) const = default;
};

struct Finding {
  std::string rule;  // the rule's id: "group-viable"
  Severity severity = Severity::fine;
  Consent consent = Consent::impossible;  // relevant only if severity is blocks
  std::optional<PciAddress> device;       // nothing: it concerns the host
  std::string what;  // one sentence: "0000:03:00.0 (Ethernet, driver r8169) shares IOMMU group 14"
  std::vector<Evidence> evidence;
  std::string remedy;  // the exact command or firmware setting; empty if none is needed
  bool operator==(const Finding&) const = default;
};

/// What is about to be passed through: the functions themselves, in order.
struct Target {
  std::vector<PciAddress> functions;
  bool operator==(const Target&) const = default;
};

/// What is about to happen to a target. The table of rules (judge.cpp) says which of them are asked then.
enum class Occasion {
  doctor,        // nothing: whether it could be passed through
  attach,        // a domain gets it
  company,       // before that: whether others of its groups have to go along
  claim,         // before that: whether another domain has it
  start,         // a domain that has it starts, and nobody can be asked
  loan,          // the hook binds it for that start
  bind,          // it goes to vfio-pci now, for nobody or for a job
  boot,          // it goes to vfio-pci from the next boot on
  boot_without,  // it is all that the host is without from the next boot on
  give_back,     // it is taken from vfio-pci
  write_xml,     // domain XML with it is written
  container,     // nothing: whether containers can have the machine's cards, which no target names
};

}  // namespace gpupass
