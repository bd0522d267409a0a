// SPDX-License-Identifier: GPL-2.0-or-later
// The domain that a request is about: which of its two configurations it changes, and what it may be given.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "gpupass/session/change.hpp"

namespace gpupass::session {

/// Which domain, and what of it is to be changed.
struct DomainChoice {
  std::string vm;
  std::string uri;
  bool live = false;    // the running domain only
  bool config = false;  // the saved configuration only. Neither, or both: everything that it has
};

/// How a card is given.
struct Terms {
  bool shared = false;  // other domains may have it in their configuration: they take turns
  bool lend = false;    // the host has it while the domain is off
  bool now = false;     // the domain is running, and gets it at once
};

struct OpenDomain {
  std::unique_ptr<Hypervisor> hypervisor;
  DomainState state;
};
/// Errors: unsupported, for a connection to another machine: the devices are this one's; not_found.
[[nodiscard]] Result<OpenDomain> open_domain(const World& world, const DomainChoice& choice,
                                             std::chrono::milliseconds patience);

/// The domain's XML now, and which parts may be changed. Error: refused, for --live of a domain that is off
/// or
/// --config of one that has none.
[[nodiscard]] Result<DomainFacts> domain_facts(const OpenDomain& domain, const DomainChoice& choice);

/// Whether this libvirt takes a device that is on a variant of vfio-pci as it is: from 10.0 on.
[[nodiscard]] bool keeps_variants(Hypervisor& hypervisor);

/// carry_out(), with how the domain's configuration changes.
[[nodiscard]] Result<Done> carry_out_for_domain(World& world, const Manner& manner, Plan plan,
                                                const OpenDomain& domain, const DomainFacts& facts,
                                                const Locks& locks, std::string outcome);

/// What a domain may be given, and what gpupass has of it.
struct Approved {
  Functions functions;  // with the members of their groups that were agreed to
  std::vector<Hold> holds;
  std::vector<Finding> open;  // what a person has to agree to, once nothing else is in the way
  Sharers sharers;            // other domains that go on having a device, as libvirt tells
};
/// Everything that an attach refuses before it plans. `domain` may be one that is yet to be made, without a
/// UUID. Errors: refused; busy, if another domain has one of them and is not to take turns.
[[nodiscard]] Result<Approved> approve(const World& world, const Manner& manner, Inventory inventory,
                                       Functions functions, Hypervisor& hypervisor, const DomainState& domain,
                                       const Terms& terms = {});

}  // namespace gpupass::session
