// SPDX-License-Identifier: GPL-2.0-or-later
// What attach and detach share: which domain, which of its two configurations, and the preview of
// its XML.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "cli/change.hpp"
#include "gpupass/plan.hpp"

namespace gpupass::cli {

/// How `attach` gives a card.
struct Terms {
  bool shared = false;  // other domains may have it in their configuration: they take turns
  bool lend = false;    // the host has it while the domain is off
  bool now = false;     // the domain is running, and gets it at once
};

struct DomainOptions {
  ChangeOptions change;
  std::string vm;
  std::string uri;
  bool live = false;
  bool config = false;
  bool print_xml = false;
  bool print_diff = false;
  bool shared = false;
  bool lend = false;
};

void add_domain_options(po::options_description& options);
/// Printing the XML or its difference is a dry run.
[[nodiscard]] Result<DomainOptions> domain_options_of(Context& context, const po::variables_map& values);

struct OpenDomain {
  std::unique_ptr<Hypervisor> hypervisor;
  DomainState state;
};
/// Errors: unsupported, for a connection to another machine: the devices are this one's; not_found.
[[nodiscard]] Result<OpenDomain> open_domain(Context& context, const DomainOptions& options);

/// Domains are undefined, renamed, or transient and over, without gpupass hearing of it: a hold for domains
/// that their libvirt no longer knows becomes the heir's, or nobody's where there is none.
void inherit(Context& context, std::vector<Hold>& holds, const Sharer& heir,
             std::chrono::milliseconds timeout);

/// A domain may have got its devices over another spelling of its connection (of root, "qemu:///session" is
/// "qemu:///system"): holds for it name this one from here on.
void recognise(Context& context, std::vector<Hold>& holds, const DomainState& domain, const std::string& uri,
               std::chrono::milliseconds timeout);

/// The domain's XML now, and which parts this command may change: what --live and --config say;
/// without them everything a domain has. Error: refused, for --live of a domain that is off or
/// --config of one that has none.
[[nodiscard]] Result<DomainFacts> domain_facts(const OpenDomain& domain, const DomainOptions& options);

/// carry_out(), or the XML that the plan would define.
[[nodiscard]] Result<int> carry_out_for_domain(Context& context, const DomainOptions& options,
                                               const Plan& plan, const OpenDomain& domain,
                                               const DomainFacts& facts, const Locks& locks,
                                               const std::string& outcome);

/// What a domain may be given, and what gpupass has of it.
struct Approved {
  Functions functions;  // with the members of their groups that were agreed to
  std::vector<Hold> holds;
  std::vector<Finding> open;  // what a person has to agree to, once nothing else is in the way
  Sharers sharers;            // other domains that go on having a device, as libvirt tells
};
/// Everything that `attach` refuses before it plans. `domain` may be one that is yet to be made, without a
/// UUID. Errors: refused; busy, where another domain has one of them and is not to take turns.
[[nodiscard]] Result<Approved> approve(Context& context, const ChangeOptions& options, Inventory inventory,
                                       Functions functions, Hypervisor& hypervisor, const DomainState& domain,
                                       const Terms& terms = {});

}  // namespace gpupass::cli
