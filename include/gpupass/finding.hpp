// SPDX-License-Identifier: GPL-2.0-or-later
// What stands in the way of passing a card through, and what would help.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "gpupass/inventory.hpp"

namespace gpupass {

/// In rising order of weight. What could not be measured is not the same as fine.
enum class Severity { fine, unmeasured, warns, blocks };

/// Whether a person may go on in spite of a finding that blocks.
enum class Consent {
  may_be_given,  // a person decides: the terminal is asked, or --yes says it
  impossible,    // it cannot work, or it would break the host: refused whatever is said
};

struct Evidence {
  std::string path;   // what was read
  std::string value;  // what it said
  bool operator==(const Evidence&) const = default;
};

struct Finding {
  std::string rule;  // the rule's id: "group-viable"
  Severity severity = Severity::fine;
  Consent consent = Consent::impossible;  // of weight only where severity is blocks
  std::optional<PciAddress> device;       // nothing: it concerns the host
  std::string what;  // one sentence: "0000:03:00.0 (Ethernet, driver r8169) shares IOMMU group 14"
  std::vector<Evidence> evidence;
  std::string remedy;  // the exact command or firmware setting; empty where none is needed
  bool operator==(const Finding&) const = default;
};

/// What is about to be passed through: the functions themselves, in order.
struct Target {
  std::vector<PciAddress> functions;
  bool operator==(const Target&) const = default;
};

/// Runs every rule on an inventory that was read with its holders. Findings in the order of the rules, then
/// of the functions.
[[nodiscard]] std::vector<Finding> judge(const Inventory& inventory, const Target& target);

/// The weightiest severity among findings; fine for none.
[[nodiscard]] Severity worst(const std::vector<Finding>& findings);

}  // namespace gpupass
