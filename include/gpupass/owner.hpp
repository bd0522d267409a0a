// SPDX-License-Identifier: GPL-2.0-or-later
// The owners that devices are assigned to, and what differs between their kinds.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gpupass/error.hpp"
#include "gpupass/pci_address.hpp"

namespace gpupass {

enum class OwnerKind {
  domain,  // of libvirt
  job,     // whatever goes by a name: a batch job, a script, a person
};

/// The same name at another place is another owner.
struct Owner {
  std::string name;   // "vm1", "slurm:4711"
  std::string where;  // a domain's connection; empty: of a job
  OwnerKind kind = OwnerKind::domain;
  bool operator==(const Owner&) const = default;
};

struct Plan;
struct PlanFacts;
enum class Occasion;  // gpupass/finding.hpp

/// One kind of owner. What is not here is the same for all: looking, judging, consent, locks, the journal,
/// holds, and the way back.
struct Tenant {
  OwnerKind kind;
  const char* name;    // in records and JSON
  const char* called;  // before its name, for a person: "job "; empty if the name says enough
  const char* driver;  // that its devices are bound to; empty: they stay on the host's own
  Occasion gets;       // the rules that are applied before it gets a device
  bool in_libvirt;     // libvirt says whether it exists; otherwise it exists until it returns its devices
  bool shares;         // several may share a device, one at a time
  /// The commands that assign devices to it and return them, for a person to type. `devices` are arguments:
  /// "0000:01:00.0 0000:01:00.1".
  std::string (*give_command)(const Owner& owner, const std::string& devices);
  std::string (*return_command)(const Owner& owner, const std::string& devices);
  /// The steps of both. Null of domains, for which there are requests of their own: what they have is in
  /// libvirt's XML as well.
  Result<Plan> (*plan_give)(const PlanFacts& facts, const std::vector<PciAddress>& functions,
                            const Owner& owner) = nullptr;
  Result<Plan> (*plan_take)(const PlanFacts& facts, const std::vector<PciAddress>& functions,
                            const Owner& owner) = nullptr;
};

[[nodiscard]] const Tenant& tenant_of(OwnerKind kind);
/// By its name in records; nothing for a kind that this gpupass does not know.
[[nodiscard]] std::optional<OwnerKind> owner_kind(std::string_view name);

[[nodiscard]] Owner job(std::string name);
/// Whoever it is: a job, a script, a person. The name is in records, on screens and in commands.
[[nodiscard]] bool is_job_name(std::string_view name);

}  // namespace gpupass
