// SPDX-License-Identifier: GPL-2.0-or-later
// Giving devices to a domain: the main job.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <iterator>

#include "gpupass/core/text.hpp"
#include "gpupass/discover/discover.hpp"
#include "gpupass/judge/judge.hpp"
#include "gpupass/session/consent.hpp"
#include "gpupass/session/domain_uses.hpp"
#include "gpupass/session/held.hpp"
#include "gpupass/session/obstacles.hpp"
#include "gpupass/session/session.hpp"
#include "gpupass/session/templates.hpp"
#include "gpupass/session/uri.hpp"
#include "gpupass/vfio.hpp"
#include "gpupass/virt/hotplug_window.hpp"
#include "session/lending.hpp"
#include "session/prepared.hpp"

namespace gpupass::session {
namespace {

/// What one domain asks for: who, what of, and how.
struct Wish {
  Owner self;
  const std::vector<Hold>& holds;
  const Terms& terms;
};

/// Functions of which nothing is to be decided any more: gpupass gave them to this domain, or to one that
/// shares them, or they are in its running guest.
Functions without_decided(const Inventory& inventory, const Wish& wish, const Functions& in_guests,
                          Functions functions) {
  std::erase_if(functions, [&](const PciAddress& function) {
    const auto* const device = inventory.find(function);
    if (device == nullptr || !is_vfio_driver(device->driver.value_or(""))) return false;
    const auto* const hold = find_hold(wish.holds, function);
    const bool given = hold != nullptr && !hold->owners.empty();
    return (given && (wish.terms.shared || is_for(*hold, wish.self))) ||
           std::ranges::find(in_guests, function) != in_guests.end();
  });
  return functions;
}

std::string turns(const std::string& one, const std::string& other) {
  return fmt::format("add --shared to let {} and {} take turns", one, other);
}

/// Errors: busy, if gpupass holds one of the functions for another domain; refused, if that has it on
/// other terms.
Result<void> refuse_held_for_others(const Wish& wish) {
  for (const auto& hold : wish.holds) {
    const auto others = owner_names(without_owner(hold, wish.self));
    if (others.empty()) continue;
    const auto device = to_string(hold.device);
    const auto names = core::enumerate(others);
    if (is_exclusive(hold))
      return fail(ErrorKind::busy, fmt::format("{} belongs to {}", device, names),
                  fmt::format("nothing was changed; {} first", return_commands(hold)));
    if (!wish.terms.shared && !is_for(hold, wish.self))
      return fail(ErrorKind::busy, fmt::format("{} belongs to {}", device, names),
                  fmt::format("nothing was changed; {} first; or {}", return_commands(hold),
                              turns(wish.self.name, names)));
    if (hold.lend == wish.terms.lend) continue;
    return fail(
        ErrorKind::refused,
        hold.lend ? fmt::format("{} is lent to {}: the host has it until that starts", device, names)
                  : fmt::format("{} is kept bound for {}, so it cannot be lent", device, names),
        hold.lend ? "nothing was changed; add --lend: all domains that share a card have it on the same terms"
                  : "nothing was changed; leave --lend out: all domains that share a card have it on the "
                    "same terms");
  }
  return {};
}

/// Whether the domain could share it with another. A network and a parent of mediated devices do not
/// wait, and QEMU's own arguments are not looked at before a start.
bool can_take_turns(const DomainUse& use) {
  return use.through.empty() && use.network.empty() && use.mediated.empty() && use.node.empty();
}

/// Errors: busy, if a domain has a function and the two are not to take turns, or both run.
Result<void> refuse_turn(const DomainUse& use, const Wish& wish, const Owner& other) {
  const auto device = to_string(use.device);
  const auto place = fmt::format("{} is in the {} {}", device,
                                 use.running ? "running guest" : "configuration of", use.domain);
  const auto* const hold = find_hold(wish.holds, use.device);
  const bool agreed = hold != nullptr && is_for(*hold, wish.self) && is_for(*hold, other);
  if (!wish.terms.shared && !agreed)
    return fail(ErrorKind::busy, place,
                fmt::format("nothing was changed; `gpupass detach {} {}` takes it out first; or {}",
                            use.domain, device, turns(wish.self.name, use.domain)));
  if (use.running && wish.terms.now)
    return fail(ErrorKind::busy, fmt::format("{}, and {} is running, too", place, wish.self.name),
                fmt::format("nothing was changed; add --config: {} gets it when {} has ended", wish.self.name,
                            use.domain));
  if (use.running && wish.terms.lend && (hold == nullptr || !hold->lend))
    return fail(
        ErrorKind::refused, place + " and cannot go back to the host now",
        fmt::format("nothing was changed; `virsh shutdown {}` first, or leave --lend out", use.domain));
  return {};
}

struct Turns {
  Sharers sharers;
  Functions in_guests;  // those that are in a running one of them
};

/// Takes domains with which the functions are shared out of what libvirt says uses them.
Result<Turns> take_turns(Inventory& inventory, const Functions& functions, const Wish& wish) {
  Turns turns;
  for (const auto& use : inventory.domain_uses) {
    if (!can_take_turns(use) || std::ranges::find(functions, use.device) == functions.end()) continue;
    const Owner other{use.domain, wish.self.where};
    GPUPASS_TRY(refuse_turn(use, wish, other));
    turns.sharers[use.device].push_back(other);
    if (use.running) turns.in_guests.push_back(use.device);
  }
  std::erase_if(inventory.domain_uses, [&](const DomainUse& use) {
    return can_take_turns(use) && turns.sharers.contains(use.device);
  });
  return turns;
}

/// libvirt only finds out at the second start that two domains have one device.
Result<void> refuse_used_by_others(const Inventory& inventory, const Functions& functions) {
  const auto findings = judge::obstacles(inventory, {functions}, Occasion::claim);
  const auto first = std::ranges::find_if(findings, judge::is_refusal);
  if (first == findings.end()) return {};
  return fail(ErrorKind::busy, first->what, "nothing was changed; " + first->remedy);
}

/// All obstacles: first that the group has other members, then the findings about each function that would be
/// taken, including those members.
std::vector<Finding> all_obstacles(const Inventory& inventory, const Functions& functions,
                                   const Functions& others) {
  auto findings = judge::obstacles(inventory, {functions}, Occasion::company);
  const bool together = std::ranges::none_of(findings, judge::is_refusal);
  // Else the group's rule says which of them cannot go.
  if (others.empty() || !together) return judge::obstacles(inventory, {functions}, Occasion::attach);
  std::ranges::move(judge::obstacles(inventory, {joined(functions, others)}, Occasion::attach),
                    std::back_inserter(findings));
  return findings;
}

/// What a running guest may not be able to do with the card, though every step succeeds.
void warn_of_window(Requester& requester, const Inventory& inventory, const DomainFacts& facts,
                    const Functions& functions) {
  if (!facts.change_live) return;
  std::vector<const Device*> devices;
  std::ranges::transform(functions, std::back_inserter(devices),
                         [&](const PciAddress& function) { return inventory.find(function); });
  std::erase(devices, nullptr);
  const auto warning = virt::warn_of_hotplug_window(facts.live_xml, devices);
  if (warning) requester.note(*warning);
}

/// Who else has the functions, each once.
std::vector<std::string> others_of(const PlanFacts& facts, const DomainFacts& domain) {
  Hold all;
  for (const auto& hold : facts.holds)
    for (const auto& owner : hold.owners) all = with_owner(std::move(all), owner);
  for (const auto& [function, sharers] : domain.sharers)
    for (const auto& sharer : sharers) all = with_owner(std::move(all), sharer);
  return owner_names(without_owner(std::move(all), {domain.state.name, domain.uri}));
}

std::string outcome_of(const PlanFacts& plan_facts, const DomainFacts& facts, const Functions& functions) {
  const char* const when = facts.change_live && facts.change_config ? "now, and after every start"
                           : facts.change_live                      ? "now, until it is shut down"
                                                                    : "from its next start on";
  auto text = fmt::format("{} has {} ({})", facts.state.name, names(functions), when);
  const auto others = others_of(plan_facts, facts);
  if (!others.empty()) text += ", in turn with " + core::enumerate(others);
  if (facts.lend)
    text += fmt::format("; the host has {} while no guest does", functions.size() == 1 ? "it" : "them");
  return text;
}

/// As they were given.
std::string words_of(const std::vector<Selector>& selectors) {
  std::vector<std::string> words;
  for (const auto& selector : selectors) words.push_back(selector.text);
  return fmt::format("{}", fmt::join(words, " "));
}

/// What a plan takes from vfio-pci.
Functions returned_by(const Plan& plan) {
  Functions returned;
  for (const auto& step : plan.steps) {
    const auto* const unbind = std::get_if<Unbind>(&step);
    if (unbind != nullptr && is_vfio_driver(unbind->driver)) returned.push_back(unbind->device);
  }
  return returned;
}

}  // namespace

Result<Approved> approve(const World& world, const Manner& manner, Inventory inventory, Functions functions,
                         Hypervisor& hypervisor, const DomainState& domain, const Terms& terms) {
  const auto wanted = joined(functions, strangers(inventory, functions));
  GPUPASS_TRY_ASSIGN(auto holds, current_holds(world, manner, inventory, wanted));
  recognise(world, holds, domain, hypervisor.uri(), manner.patience);
  inherit(world, holds, {}, manner.patience);
  const Wish wish{{domain.name, hypervisor.uri()}, holds, terms};
  GPUPASS_TRY(refuse_held_for_others(wish));
  GPUPASS_TRY_ASSIGN(inventory.domain_uses, domain_uses(hypervisor, world.host, inventory, domain.uuid));
  GPUPASS_TRY_ASSIGN(auto turns, take_turns(inventory, wanted, wish));
  GPUPASS_TRY(refuse_used_by_others(inventory, wanted));
  const auto undecided = without_decided(inventory, wish, turns.in_guests, functions);
  const auto others = undecided.empty() ? Functions{} : strangers(inventory, functions);
  auto open = undecided.empty() ? std::vector<Finding>{} : all_obstacles(inventory, undecided, others);
  GPUPASS_TRY(refuse_impossible(open));
  return Approved{joined(std::move(functions), others), std::move(holds), std::move(open),
                  std::move(turns.sharers)};
}

Result<Attachment> prepare_attachment(World& world, const Manner& manner, OpenDomain& domain,
                                      const AttachRequest& request, Functions functions,
                                      const DomainTemplates& templates) {
  GPUPASS_TRY_ASSIGN(domain.state, domain.hypervisor->domain(domain.state.name));
  GPUPASS_TRY_ASSIGN(const auto inventory, discover::read_inventory(world.host, {.serials_of = functions}));
  GPUPASS_TRY_ASSIGN(auto facts, domain_facts(domain, request.domain));
  facts.lend = request.lend;
  if (request.lend) GPUPASS_TRY(refuse_loan_to(world.host, facts, functions));
  GPUPASS_TRY_ASSIGN(auto approved,
                     approve(world, manner, inventory, std::move(functions), *domain.hypervisor, domain.state,
                             {request.shared, request.lend, facts.change_live}));
  functions = std::move(approved.functions);
  facts.sharers = std::move(approved.sharers);
  if (request.lend) GPUPASS_TRY(refuse_loan_of(world.host, inventory, approved.holds, facts, functions));

  const auto plan_facts = facts_for(world, inventory, std::move(approved.holds));
  GPUPASS_TRY_ASSIGN(auto plan, plan_attach(plan_facts, facts, functions, templates));
  if (request.lend)
    std::ranges::move(obstacles_to_return(inventory, plan, returned_by(plan)),
                      std::back_inserter(approved.open));
  GPUPASS_TRY(consent(manner, approved.open));
  warn_of_window(manner.requester, inventory, facts, functions);
  for (const auto& note : notes_on_attach(plan, inventory, facts)) manner.requester.note(note);
  auto outcome = outcome_of(plan_facts, facts, functions);
  return Attachment{std::move(plan), std::move(facts), std::move(outcome)};
}

Result<Done> attach(World& world, const Manner& manner, const AttachRequest& request) {
  // Before libvirt is asked, and also where nothing is to be done.
  GPUPASS_TRY(refuse_captured(world.host, manner));
  GPUPASS_TRY(refuse_containers(request.domain.uri, request.domain.vm, words_of(request.what.selectors)));
  GPUPASS_TRY_ASSIGN(const auto templates, load_templates(world));
  GPUPASS_TRY_ASSIGN(const auto first_look, discover::read_inventory(world.host, {.holders = false}));
  GPUPASS_TRY_ASSIGN(const auto functions, functions_of(first_look, request.what));
  GPUPASS_TRY_ASSIGN(auto domain, open_domain(world, request.domain, manner.patience));
  const auto vm = domain.state.name;

  // The machine and the domain are read again once nobody else can change them.
  Locks locks;
  GPUPASS_TRY(take_locks(world, manner, fmt::format("attach {} to {}", names(functions), vm),
                         joined(functions, strangers(first_look, functions)), vm, locks));
  GPUPASS_TRY_ASSIGN(auto attachment,
                     prepare_attachment(world, manner, domain, request, functions, templates));
  return carry_out_for_domain(world, manner, std::move(attachment.plan), domain, attachment.facts, locks,
                              std::move(attachment.outcome));
}

}  // namespace gpupass::session
