// SPDX-License-Identifier: GPL-2.0-or-later
// What will be done, as data: an ordered list of small steps, each of which can be undone (gpupass/step.hpp).
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "gpupass/domain.hpp"
#include "gpupass/hold.hpp"
#include "gpupass/inventory.hpp"
#include "gpupass/step.hpp"

namespace gpupass {

/// Which way a plan goes; `recover` undoes an interrupted take and finishes an interrupted give-back, so that
/// either way the host ends up with its card. What is borrowed is returned in the end by the borrower, or by
/// `recover`.
enum class Direction { take, give_back, borrow };

struct Plan {
  std::string command;  // as a person would name it: "attach 0000:01:00.0 to vm1"
  Direction direction = Direction::take;
  std::string uri;      // the connection that domain steps are for; empty: none needed
  DeviceNames devices;  // everything it touches; what is locked
  std::vector<Step> steps;
  /// What was at these addresses when it was made, of those that were in the machine: nothing is done to
  /// another device.
  std::map<PciAddress, Identity> identities = {};
  /// The lock of files that several commands write, of which its steps write some; empty: none.
  std::string files = {};
  bool operator==(const Plan&) const = default;
};

/// The domains that its steps act on; what is locked beside its devices.
[[nodiscard]] std::set<std::string> domains_of(const Plan& plan);

[[nodiscard]] std::string to_json(const Plan& plan);
[[nodiscard]] Result<Plan> plan_from_json(const std::string& text);

/// Facts a plan is made from besides the inventory.
struct PlanFacts {
  const Inventory& inventory;
  std::vector<Hold> holds;  // of the functions concerned; none of a mediated device
  std::string now;          // UTC, ISO 8601
};

/// Other domains that have a device, whether gpupass gave it to them or not.
using Sharers = std::map<PciAddress, std::vector<Owner>>;

/// A domain as a plan needs to know it.
struct DomainFacts {
  DomainState state;
  std::string uri;
  std::string config_xml;      // empty: a transient domain has none
  std::string live_xml;        // empty: it is not running
  bool change_config = false;  // what this plan may change of the two
  bool change_live = false;
  bool lend = false;            // attach: the card stays with the host until the domain starts
  Sharers sharers = {};         // attach: domains that share a device with this one, as libvirt reports
  bool keeps_variants = false;  // its libvirt accepts devices on a variant of vfio-pci: 10.0 and later
};

/// Takes functions from their drivers and binds them to `driver`, with no domain.
[[nodiscard]] Result<Plan> plan_bind(const PlanFacts& facts, const std::vector<PciAddress>& functions,
                                     const std::string& driver);
/// Returns functions to the drivers they had. Error: not_found for one that gpupass does not hold.
[[nodiscard]] Result<Plan> plan_unbind(const PlanFacts& facts, const std::vector<PciAddress>& functions);
/// Binds functions to the driver of the owner's kind, and writes down that the owner has them; nothing is
/// edited anywhere. Error: busy, if another has one.
[[nodiscard]] Result<Plan> plan_give(const PlanFacts& facts, const std::vector<PciAddress>& functions,
                                     const Owner& owner);
/// Returns them to the drivers that they had. What the owner no longer has is skipped. Error:
/// busy, for one that another has.
[[nodiscard]] Result<Plan> plan_take(const PlanFacts& facts, const std::vector<PciAddress>& functions,
                                     const Owner& owner);
/// The functions by card, each as a guest is to see it.
[[nodiscard]] std::vector<GuestCard> guest_cards(const Inventory& inventory,
                                                 const std::vector<PciAddress>& functions);
/// Binds functions to vfio-pci and gives them to a domain. Error: refused, if the domain has one already
/// in a way that is not edited.
[[nodiscard]] Result<Plan> plan_attach(const PlanFacts& facts, const DomainFacts& domain,
                                       const std::vector<PciAddress>& functions,
                                       const DomainTemplates& templates);
/// What a person should know of an attach although every step of it succeeds, one sentence each.
[[nodiscard]] std::vector<std::string> notes_on_attach(const Plan& plan, const Inventory& inventory,
                                                       const DomainFacts& domain);
/// Takes functions out of a domain and returns them to the drivers they had.
[[nodiscard]] Result<Plan> plan_detach(const PlanFacts& facts, const DomainFacts& domain,
                                       const std::vector<PciAddress>& functions,
                                       const DomainTemplates& templates);

/// A guest that is to be made.
struct NewGuest {
  std::string folder;  // its own, which is not there yet
  MakeDisk disk;
  MakeSeed seed;
  std::string xml;  // its configuration, which has its devices
};
/// Makes a guest's files, binds functions to vfio-pci for it, and defines it. Its configuration may have more
/// functions, which are bound by whoever starts it.
[[nodiscard]] Result<Plan> plan_create(const PlanFacts& facts, const DomainFacts& domain,
                                       const std::vector<PciAddress>& functions, const NewGuest& guest,
                                       const DomainTemplates& templates);
/// Returns a guest's devices to the drivers they had, forgets the guest, and removes these files of it, and
/// the folders if empty.
[[nodiscard]] Plan plan_delete(const PlanFacts& facts, const DomainFacts& domain,
                               const std::vector<PciAddress>& functions,
                               const std::vector<std::string>& files);

/// An attach, and then a start of the domain.
[[nodiscard]] Plan plan_run(Plan attach, const StartDomain& start);

/// A run of an experiment in a container that has these functions, which stay on their drivers.
[[nodiscard]] Plan plan_run(const RunContainer& container, const std::vector<PciAddress>& functions);

/// Writes down functions that the domain's configuration has, and binds nothing.
[[nodiscard]] Result<Plan> plan_record(const PlanFacts& facts, const std::string& domain,
                                       const std::string& uri, const std::vector<PciAddress>& functions);
/// Binds functions that are held to vfio-pci for one start of a domain. What it takes goes back by
/// plan_end_of_loan(), but for what `gpupass bind` holds.
[[nodiscard]] Result<Plan> plan_loan(const PlanFacts& facts, const std::string& domain,
                                     const std::vector<PciAddress>& functions);
/// Returns functions that plan_loan() bound, and continues to hold them for the domain, whose configuration
/// has them.
[[nodiscard]] Plan plan_end_of_loan(const PlanFacts& facts, const std::string& domain,
                                    const std::vector<PciAddress>& functions);

}  // namespace gpupass
