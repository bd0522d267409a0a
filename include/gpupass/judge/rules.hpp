// SPDX-License-Identifier: GPL-2.0-or-later
// The rules: each a pure function in a file of its own in rules/, each a row of the table in
// judge.cpp. docs/adding-a-rule.md shows how to add one.
#pragma once

#include <initializer_list>
#include <span>
#include <vector>

#include "gpupass/finding.hpp"

namespace gpupass::judge {

/// Judges one thing. It leaves Finding::rule empty (the table knows the id), finds nothing if it
/// does not apply, and is unmeasured where the facts it needs are missing.
using Function = std::vector<Finding> (*)(const Inventory& inventory, const Target& target);

/// A set of occasions.
class Occasions {
 public:
  constexpr Occasions(std::initializer_list<Occasion> occasions) {
    for (const auto occasion : occasions) bits_ |= bit(occasion);
  }
  [[nodiscard]] constexpr bool contains(Occasion occasion) const { return (bits_ & bit(occasion)) != 0; }
  friend constexpr Occasions operator|(Occasions a, Occasions b) {
    a.bits_ |= b.bits_;
    return a;
  }

 private:
  static constexpr unsigned bit(Occasion occasion) { return 1U << static_cast<unsigned>(occasion); }
  unsigned bits_ = 0;
};

/// How long a person's consent at an attach is valid.
enum class Agreed {
  for_all_starts,  // at a start only what is always refused is found
  once,            // what is found at a start is something else
};

struct Rule {
  const char* id;       // stable: scripts and documents name it
  const char* title;    // what is asked: "The IOMMU is on"
  const char* meaning;  // a sentence or two for a person who never heard of it
  Occasions occasions;  // on which it is asked
  Function function;
  // Where the same matter is another question on other occasions, those and what is asked then.
  Occasions others = {};
  Function on_others = nullptr;
  Agreed agreed = Agreed::for_all_starts;
};

/// All rules, in the order in which they are judged and shown: first the machine, then the card, then what
/// containers can have of it.
[[nodiscard]] std::span<const Rule> table();
/// Those of the table that are asked on an occasion.
[[nodiscard]] std::vector<Rule> asked_on(Occasion occasion);

/// What they find on an occasion, in order. Remedies are tried by it: what is offered for companions, which
/// is tried so itself, comes on top of it (judge::findings_of()).
[[nodiscard]] std::vector<Finding> all_findings(const Inventory& inventory, const Target& target,
                                                Occasion occasion);

// Of the machine: the same whatever the target is.
[[nodiscard]] std::vector<Finding> iommu_enabled(const Inventory& inventory, const Target& target);
[[nodiscard]] std::vector<Finding> iommu_enabled_at_boot(const Inventory& inventory, const Target& target);
[[nodiscard]] std::vector<Finding> acs_override(const Inventory& inventory, const Target& target);
[[nodiscard]] std::vector<Finding> interrupt_remapping(const Inventory& inventory, const Target& target);
[[nodiscard]] std::vector<Finding> vfio_pci_available(const Inventory& inventory, const Target& target);
[[nodiscard]] std::vector<Finding> sys_writable(const Inventory& inventory, const Target& target);
[[nodiscard]] std::vector<Finding> kvm_usable(const Inventory& inventory, const Target& target);

// Of the target.
[[nodiscard]] std::vector<Finding> dead_device(const Inventory& inventory, const Target& target);
[[nodiscard]] std::vector<Finding> header_type(const Inventory& inventory, const Target& target);
[[nodiscard]] std::vector<Finding> sriov(const Inventory& inventory, const Target& target);
[[nodiscard]] std::vector<Finding> group_viable(const Inventory& inventory, const Target& target);
[[nodiscard]] std::vector<Finding> direct_mapping(const Inventory& inventory, const Target& target);
[[nodiscard]] std::vector<Finding> nvswitch_fabric(const Inventory& inventory, const Target& target);
[[nodiscard]] std::vector<Finding> host_depends(const Inventory& inventory, const Target& target);
[[nodiscard]] std::vector<Finding> boot_display(const Inventory& inventory, const Target& target);
[[nodiscard]] std::vector<Finding> boot_display_without(const Inventory& inventory, const Target& target);
[[nodiscard]] std::vector<Finding> device_held(const Inventory& inventory, const Target& target);
[[nodiscard]] std::vector<Finding> device_held_by_vfio(const Inventory& inventory, const Target& target);
[[nodiscard]] std::vector<Finding> domain_use(const Inventory& inventory, const Target& target);
[[nodiscard]] std::vector<Finding> reset_method(const Inventory& inventory, const Target& target);
[[nodiscard]] std::vector<Finding> driver_returns(const Inventory& inventory, const Target& target);

// Of what containers can have: of Inventory::containers.
[[nodiscard]] std::vector<Finding> driver_versions(const Inventory& inventory, const Target& target);
[[nodiscard]] std::vector<Finding> device_nodes(const Inventory& inventory, const Target& target);
[[nodiscard]] std::vector<Finding> cdi_files(const Inventory& inventory, const Target& target);
[[nodiscard]] std::vector<Finding> cdi_names(const Inventory& inventory, const Target& target);
[[nodiscard]] std::vector<Finding> cdi_current(const Inventory& inventory, const Target& target);
[[nodiscard]] std::vector<Finding> docker_confined(const Inventory& inventory, const Target& target);
[[nodiscard]] std::vector<Finding> selinux_labels(const Inventory& inventory, const Target& target);
[[nodiscard]] std::vector<Finding> toolkit_legacy(const Inventory& inventory, const Target& target);
[[nodiscard]] std::vector<Finding> mapped_users(const Inventory& inventory, const Target& target);
[[nodiscard]] std::vector<Finding> mig_nodes(const Inventory& inventory, const Target& target);
[[nodiscard]] std::vector<Finding> fabric_manager(const Inventory& inventory, const Target& target);
[[nodiscard]] std::vector<Finding> nccl_namespaces(const Inventory& inventory, const Target& target);

}  // namespace gpupass::judge
