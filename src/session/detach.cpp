// SPDX-License-Identifier: GPL-2.0-or-later
// Taking devices out of a domain: the way back.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "gpupass/card.hpp"
#include "gpupass/core/overloaded.hpp"
#include "gpupass/core/text.hpp"
#include "gpupass/discover/discover.hpp"
#include "gpupass/holds.hpp"
#include "gpupass/session/consent.hpp"
#include "gpupass/session/domain_uses.hpp"
#include "gpupass/session/held.hpp"
#include "gpupass/session/not_shown.hpp"
#include "gpupass/session/obstacles.hpp"
#include "gpupass/session/session.hpp"
#include "gpupass/session/templates.hpp"
#include "gpupass/vfio.hpp"

namespace gpupass::session {
namespace {

/// Every function that the domain has in either configuration, or that we hold for it.
Result<Functions> functions_in(const World& world, const Manner& manner, const DomainFacts& facts) {
  Functions functions;
  for (const auto* const xml : {&facts.live_xml, &facts.config_xml}) {
    if (xml->empty()) continue;
    GPUPASS_TRY_ASSIGN(const auto found, hostdev_functions(*xml));
    functions.insert(functions.end(), found.begin(), found.end());
  }
  GPUPASS_TRY_ASSIGN(auto holds, known_holds(world.host, manner.requester));
  recognise(world, holds, facts.state, facts.uri, manner.patience);
  for (const auto& hold : holds) {
    if (!is_for(hold, {facts.state.name, facts.uri})) continue;
    GPUPASS_TRY_ASSIGN(const auto function, function_of(hold));
    functions.push_back(function);
  }
  return in_order(std::move(functions));
}

/// True of a function that the selector means. One that is in the domain need not be in the machine any more:
/// a card that was pulled can still be taken out of the configuration, with all of it that is gone.
bool is_meant(const PciAddress& function, const Selector& selector, const Functions& meant,
              const Inventory& inventory) {
  const bool is_one_of_them = std::ranges::find(meant, function) != meant.end();
  return std::visit(core::Overloaded{
                        [&](const PciSlot& slot) { return function.same_slot(slot.first); },
                        [&](const PciAddress& address) {
                          if (inventory.find(address) != nullptr) return is_one_of_them;
                          return function.same_slot(address) && inventory.find(function) == nullptr;
                        },
                        [&](const auto& /*something of this machine*/) { return is_one_of_them; },
                    },
                    selector.means);
}

/// What the selector means in this machine; nothing if it is gone.
Result<Functions> meant_by(const Selector& selector, const Inventory& inventory) {
  auto meant = functions_meant(inventory, {selector}, Companions::along);
  const bool pulled = !meant && meant.error().kind == ErrorKind::not_found;
  return pulled && names_a_place(selector) ? Functions{} : std::move(meant);
}

/// Error: refused, if the domain has one of these in a way that gpupass does not edit.
Result<void> refuse_uneditable(const DomainFacts& facts, const Functions& functions) {
  for (const auto* const xml : {&facts.live_xml, &facts.config_xml}) {
    if (!xml->empty()) GPUPASS_TRY(gpupass::refuse_uneditable(*xml, functions));
  }
  return {};
}

/// Those of the domain's functions that are meant. What is in the machine and not in the domain has been
/// taken out before.
Result<Functions> chosen(const std::vector<Selector>& selectors, const Inventory& inventory,
                         const Functions& of_domain, const DomainFacts& facts) {
  const auto& vm = facts.state.name;
  if (selectors.empty()) return of_domain;
  Functions functions;
  for (const auto& selector : selectors) {
    GPUPASS_TRY_ASSIGN(const auto meant, meant_by(selector, inventory));
    const auto* const address = std::get_if<PciAddress>(&selector.means);
    GPUPASS_TRY(refuse_uneditable(facts, meant.empty() && address != nullptr ? Functions{*address} : meant));
    const auto before = functions.size();
    for (const auto& function : of_domain) {
      if (is_meant(function, selector, meant, inventory)) functions.push_back(function);
    }
    if (functions.size() > before || !meant.empty()) continue;
    return fail(ErrorKind::not_found, fmt::format("{} does not have {}", vm, selector.text),
                of_domain.empty() ? "nothing was changed; it has no PCI device at all"
                                  : fmt::format("nothing was changed; it has {}", names(of_domain)));
  }
  return in_order(std::move(functions));
}

/// The result for a domain that has none of the named devices.
std::string without_devices(const std::vector<Selector>& selectors, const std::string& vm) {
  if (selectors.empty()) return fmt::format("{} has no PCI device of this machine", vm);
  std::vector<std::string> names;
  for (const auto& selector : selectors) names.push_back(selector.text);
  return fmt::format("{} does not have {}", vm, core::enumerate(names));
}

std::string words_for(const Functions& functions) {
  std::string words;
  for (const auto& function : functions) words += " " + to_string(function);
  return words;
}

/// Domains that shared it with this one keep it, except a loan to this one, which ends.
bool stays_with_others(const Hold& hold, const DomainFacts& domain) {
  const Owner self{domain.state.name, domain.uri};
  return !without_owner(hold, self).owners.empty() && hold.lent_to != domain.state.name;
}

/// Functions that stay on vfio-pci, each with the reason and what would return it.
std::vector<std::string> what_stays(const PlanFacts& facts, const DomainFacts& domain, const Plan& plan) {
  Functions bound;
  Functions before;
  Functions running;
  std::map<std::string, Functions> of_others;  // by the domains that have them
  const Owner self{domain.state.name, domain.uri};
  const auto in_live = hostdev_functions_if_any(domain.live_xml);
  for (const auto& function : functions_among(plan.devices)) {
    const auto* const device = facts.inventory.find(function);
    if (device == nullptr || !is_vfio_driver(device->driver.value_or(""))) continue;
    const auto* const hold = find_hold(facts.holds, function);
    const bool held = hold != nullptr;
    if (held && presence_of(hold->identity, function, facts.inventory) != Presence::there) continue;
    if (!domain.change_live && std::ranges::count(in_live, function) > 0) {
      running.push_back(function);
    } else if (held && stays_with_others(*hold, domain)) {
      of_others[core::enumerate(owner_names(without_owner(*hold, self)))].push_back(function);
    } else if (held && hold->bound) {
      bound.push_back(function);
    } else if (!held || is_vfio_driver(hold->original_driver)) {
      before.push_back(function);
    }
  }
  std::vector<std::string> lines;
  if (!running.empty()) {
    lines.push_back(fmt::format("{} {} in the running {} until it is shut down", names(running),
                                running.size() == 1 ? "stays" : "stay", domain.state.name));
  }
  for (const auto& [others, functions] : of_others) {
    const bool one = functions.size() == 1;
    lines.push_back(
        fmt::format("{} {} on vfio-pci for {}", names(functions), one ? "stays" : "stay", others));
  }
  if (!bound.empty())
    lines.push_back(fmt::format("{}; `gpupass unbind{}` returns", bound_before(bound), words_for(bound)));
  if (!before.empty()) {
    lines.push_back(fmt::format("{} {} on {} as before; `gpupass bind{} --driver NAME` gives {} to a driver",
                                names(before), before.size() == 1 ? "stays" : "stay",
                                *facts.inventory.find(before.front())->driver, words_for(before),
                                before.size() == 1 ? "it" : "them"));
  }
  return lines;
}

std::string outcome_of(const DomainFacts& facts, const Functions& functions, const Plan& plan,
                       const PlanFacts& plan_facts) {
  auto text = fmt::format("{} no longer has {}", facts.state.name, names(functions)) + homes_note(plan);
  for (const auto& line : what_stays(plan_facts, facts, plan)) text += "\n" + line;
  return text;
}

/// What stays in the domain although all is to go.
void note_uneditable(Requester& requester, HypervisorFacts& libvirt, const DomainFacts& facts) {
  for (const auto* const xml : {&facts.live_xml, &facts.config_xml}) {
    if (xml->empty()) continue;
    const auto devices = devices_in(libvirt, *xml).value_or(std::vector<DomainDevice>{});
    for (const auto& device : devices) {
      if (is_editable(device.way)) continue;
      requester.note(
          fmt::format("{0} keeps {1}; gpupass does not edit that: remove those lines with `virsh edit {0}`",
                      facts.state.name, describe(device)));
    }
  }
}

}  // namespace

Result<Done> detach(World& world, const Manner& manner, const DetachRequest& request) {
  // Before libvirt is asked, and also where nothing is to be done.
  GPUPASS_TRY(refuse_captured(world.host, manner));
  GPUPASS_TRY_ASSIGN(const auto templates, load_templates(world));
  GPUPASS_TRY_ASSIGN(auto domain, open_domain(world, request.domain, manner.patience));
  const auto vm = domain.state.name;
  const auto& uri = request.domain.uri;
  GPUPASS_TRY_ASSIGN(const auto first_facts, domain_facts(domain, request.domain));
  GPUPASS_TRY_ASSIGN(const auto of_domain, functions_in(world, manner, first_facts));
  GPUPASS_TRY_ASSIGN(const auto first_look, discover::read_inventory(world.host, {.holders = false}));
  GPUPASS_TRY_ASSIGN(const auto functions, chosen(request.what, first_look, of_domain, first_facts));
  if (request.what.empty()) note_uneditable(manner.requester, *domain.hypervisor, first_facts);
  if (functions.empty()) {
    Plan nothing{fmt::format("detach from {}", vm), Direction::give_back, uri, {}, {}};
    return carry_out_for_domain(world, manner, std::move(nothing), domain, first_facts, {},
                                without_devices(request.what, vm));
  }

  // The machine and the domain are read again once nobody else can change them.
  Locks locks;
  GPUPASS_TRY(take_locks(world, manner, fmt::format("detach {} from {}", names(functions), vm), functions, vm,
                         locks));
  GPUPASS_TRY_ASSIGN(domain.state, domain.hypervisor->domain(vm));
  GPUPASS_TRY_ASSIGN(const auto facts, domain_facts(domain, request.domain));
  GPUPASS_TRY_ASSIGN(const auto inventory, discover::read_inventory(world.host, {.serials_of = functions}));
  GPUPASS_TRY_ASSIGN(auto holds, written_holds(world, manner, functions));
  recognise(world, holds, domain.state, uri, manner.patience);
  inherit(world, holds, {vm, uri}, manner.patience);
  const auto plan_facts = facts_for(world, inventory, std::move(holds));
  GPUPASS_TRY_ASSIGN(auto plan, plan_detach(plan_facts, facts, functions, templates));
  const auto there = still_there(inventory, plan_facts.holds, functions);
  GPUPASS_TRY(
      consent(manner, obstacles_to_return(inventory, plan, facts.state.running ? Functions{} : there)));
  auto outcome =
      outcome_of(facts, functions, plan, plan_facts) + left_alone_note(inventory, plan_facts.holds);
  return carry_out_for_domain(world, manner, std::move(plan), domain, facts, locks, std::move(outcome));
}

}  // namespace gpupass::session
