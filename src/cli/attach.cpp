// SPDX-License-Identifier: GPL-2.0-or-later
// `gpupass attach VM SELECTOR…`: the main job.
#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <ostream>

#include "cli/domain_change.hpp"
#include "cli/domain_uses.hpp"
#include "cli/selection.hpp"
#include "cli/templates.hpp"
#include "gpupass/core/text.hpp"
#include "gpupass/discover.hpp"
#include "gpupass/judge/rules.hpp"
#include "gpupass/report/findings.hpp"
#include "gpupass/virt/hotplug_window.hpp"

namespace gpupass::cli {
namespace {

Functions joined(Functions functions, const Functions& more) {
  functions.insert(functions.end(), more.begin(), more.end());
  return in_order(std::move(functions));
}

/// Functions that this domain already has from us: nothing is to be decided about them any more.
Functions without_own(const Inventory& inventory, const std::vector<Hold>& holds, const std::string& domain,
                      Functions functions) {
  std::erase_if(functions, [&](const PciAddress& function) {
    const auto* const device = inventory.find(function);
    const auto own = [&](const Hold& hold) { return hold.device == function && hold.domain == domain; };
    return device != nullptr && device->driver == "vfio-pci" && std::any_of(holds.begin(), holds.end(), own);
  });
  return functions;
}

/// Error: busy, when we hold one of the functions for another domain.
Result<void> refuse_held_for_others(const std::vector<Hold>& holds, const std::string& domain) {
  for (const auto& hold : holds) {
    if (hold.domain.empty() || hold.domain == domain) continue;
    return fail(ErrorKind::busy, fmt::format("{} belongs to {}", to_string(hold.device), hold.domain),
                fmt::format("nothing was changed; `gpupass detach {} {}` gives it back first", hold.domain,
                            to_string(hold.device)));
  }
  return {};
}

/// libvirt only finds out at the second start that two domains have one device.
Result<void> refuse_used_by_others(const Inventory& inventory, const Functions& functions) {
  const auto findings = rules::domain_use(inventory, {functions});
  const auto first = std::ranges::find(findings, Consent::impossible, &Finding::consent);
  if (first == findings.end()) return {};
  return fail(ErrorKind::busy, first->what, "nothing was changed; " + first->remedy);
}

/// Everything that stands in the way: first that the group holds others at all, then what is to be
/// said of each function that would be taken, those others included.
std::vector<Finding> all_obstacles(const Inventory& inventory, const Functions& functions,
                                   const Functions& others) {
  auto findings = obstacles(inventory, functions);
  const bool together = std::ranges::none_of(findings, [](const Finding& finding) {
    return finding.rule == "group-viable" && finding.consent == Consent::impossible;
  });
  if (others.empty() || !together) return findings;  // the group's rule has said which of them cannot go
  std::erase_if(findings, [](const Finding& finding) { return finding.rule != "group-viable"; });
  for (auto& finding : obstacles(inventory, joined(functions, others)))
    findings.push_back(std::move(finding));
  return findings;
}

/// What a running guest may not be able to do with the card, though every step succeeds.
void warn_of_window(Context& context, const Inventory& inventory, const DomainFacts& facts,
                    const Functions& functions) {
  if (!facts.change_live) return;
  std::vector<const Device*> devices;
  std::ranges::transform(functions, std::back_inserter(devices),
                         [&](const PciAddress& function) { return inventory.find(function); });
  std::erase(devices, nullptr);
  const auto warning = warn_of_hotplug_window(facts.live_xml, devices);
  if (warning)
    context.terminal.err << report::wrapped_lines("note: " + *warning, context.terminal.columns) << "\n";
}

std::string outcome_of(const DomainFacts& facts, const Functions& functions) {
  const char* const when = facts.change_live && facts.change_config ? "now, and after every start"
                           : facts.change_live                      ? "now, until it is shut down"
                                                                    : "from its next start on";
  return fmt::format("{} has {} ({})", facts.state.name, names(functions), when);
}

Syntax syntax() {
  Syntax syntax{"gpupass attach VM SELECTOR… [--with BDF]… [--only] [options]",
                "Gives a graphics card with its companions, or any other function, to a\n"
                "domain: checks the machine, takes the card from its driver, and puts it into\n"
                "the domain. A running persistent domain gets it now and in its\n"
                "configuration, a stopped one in its configuration. If anything fails, all is\n"
                "put back.",
                {},
                {{"vm", 1}, {"selector", -1}}};
  syntax.options.add_options()("with", po::value<std::vector<std::string>>()->composing()->value_name("BDF"),
                               "also take this other member of the card's IOMMU group");
  add_only(syntax.options);
  add_domain_options(syntax.options);
  return syntax;
}

}  // namespace

Result<Approved> approve(Context& context, const ChangeOptions& options, Inventory inventory,
                         Functions functions, Hypervisor& hypervisor, const DomainState& domain) {
  const auto wanted = joined(functions, strangers(inventory, functions));
  GPUPASS_TRY_ASSIGN(auto holds, current_holds(context, inventory, wanted));
  inherit(context, holds, "", options.timeout);
  GPUPASS_TRY(refuse_held_for_others(holds, domain.name));
  GPUPASS_TRY_ASSIGN(inventory.domain_uses, domain_uses(hypervisor, context.host, inventory, domain.uuid));
  GPUPASS_TRY(refuse_used_by_others(inventory, wanted));
  const auto undecided = without_own(inventory, holds, domain.name, functions);
  const auto others = undecided.empty() ? Functions{} : strangers(inventory, functions);
  auto open = undecided.empty() ? std::vector<Finding>{} : all_obstacles(inventory, undecided, others);
  GPUPASS_TRY(refuse_impossible(open));
  return Approved{joined(std::move(functions), others), std::move(holds), std::move(open)};
}

Result<int> attach(Context& context, const std::vector<std::string>& arguments) {
  GPUPASS_TRY_ASSIGN(const auto values, parse(context, syntax(), arguments));
  if (!values) return 0;
  GPUPASS_TRY_ASSIGN(const auto options, domain_options_of(context, *values));
  GPUPASS_TRY_ASSIGN(const auto templates, load_templates(context));
  GPUPASS_TRY_ASSIGN(const auto first_look, discover(context.host, {.holders = false}));
  GPUPASS_TRY_ASSIGN(auto functions, functions_to_pass(first_look, *values, "gpupass attach VM SELECTOR…"));
  GPUPASS_TRY_ASSIGN(auto domain, open_domain(context, options));
  const auto vm = domain.state.name;

  // The machine and the domain are read again once nobody else can change them.
  Locks locks;
  GPUPASS_TRY(lock(context, options.change, fmt::format("attach {} to {}", names(functions), vm),
                   joined(functions, strangers(first_look, functions)), vm, locks));
  GPUPASS_TRY_ASSIGN(domain.state, domain.hypervisor->domain(vm));
  GPUPASS_TRY_ASSIGN(const auto inventory, discover(context.host, {.serials_of = functions}));
  GPUPASS_TRY_ASSIGN(auto approved, approve(context, options.change, inventory, std::move(functions),
                                            *domain.hypervisor, domain.state));
  functions = std::move(approved.functions);

  GPUPASS_TRY_ASSIGN(const auto facts, domain_facts(domain, options));
  const PlanFacts plan_facts{inventory, std::move(approved.holds), core::iso_time(context.host.now())};
  GPUPASS_TRY_ASSIGN(const auto plan, plan_attach(plan_facts, facts, functions, templates));
  GPUPASS_TRY(consent(context, options.change, approved.open));
  warn_of_window(context, inventory, facts, functions);
  for (const auto& note : notes_on_attach(plan, inventory, facts))
    context.terminal.err << report::wrapped_lines("note: " + note, context.terminal.columns) << "\n";
  return carry_out_for_domain(context, options, plan, domain, facts, locks, outcome_of(facts, functions));
}

}  // namespace gpupass::cli
