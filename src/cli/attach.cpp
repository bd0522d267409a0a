// SPDX-License-Identifier: GPL-2.0-or-later
// `gpupass attach VM SELECTOR…`: the main job.
#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <ostream>

#include "cli/domain_change.hpp"
#include "cli/domain_uses.hpp"
#include "cli/hook/hook.hpp"
#include "cli/selection.hpp"
#include "cli/templates.hpp"
#include "core/text.hpp"
#include "judge/rules.hpp"
#include "report/findings.hpp"
#include "virt/hotplug_window.hpp"

namespace gpupass::cli {
namespace {

Functions joined(Functions functions, const Functions& more) {
  functions.insert(functions.end(), more.begin(), more.end());
  return in_order(std::move(functions));
}

/// Functions that this domain already has from us: nothing is to be decided about them any more.
/// So is about those that another domain shares with it.
Functions without_own(const Inventory& inventory, const std::vector<Hold>& holds, const std::string& domain,
                      bool shared, Functions functions) {
  std::erase_if(functions, [&](const PciAddress& function) {
    const auto* const device = inventory.find(function);
    const auto own = [&](const Hold& hold) {
      return hold.device == function && (is_for(hold, domain) || (shared && !hold.domain.empty()));
    };
    return device != nullptr && device->driver == "vfio-pci" && std::any_of(holds.begin(), holds.end(), own);
  });
  return functions;
}

/// Error: busy, when we hold one of the functions for another domain.
Result<void> refuse_held_for_others(const std::vector<Hold>& holds, const std::string& domain) {
  for (const auto& hold : holds) {
    if (hold.domain.empty() || is_for(hold, domain)) continue;
    return fail(
        ErrorKind::busy,
        fmt::format("{} belongs to {}", to_string(hold.device), core::enumerate(domains_of(hold))),
        fmt::format("nothing was changed; `gpupass detach {} {}` gives it back first, and --shared lets "
                    "both have it by turns",
                    hold.domain, to_string(hold.device)));
  }
  return {};
}

/// What was agreed to once is not asked again, as when a guest that shares its card is started.
bool is_shared_already(const std::vector<Hold>& holds, const Functions& functions,
                       const std::string& domain) {
  return std::ranges::all_of(functions, [&](const PciAddress& function) {
    const auto hold = std::ranges::find(holds, function, &Hold::device);
    return hold != holds.end() && is_for(*hold, domain) && !hold->shared_with.empty();
  });
}

/// A lent card is bound by the hook, at the next start.
Result<void> refuse_loan(Context& context, const DomainOptions& options, const DomainState& domain) {
  if (options.live || (domain.running && !options.config)) {
    return fail(
        ErrorKind::refused,
        fmt::format("--lend gives {} the card from its next start on, and it is running", domain.name),
        "nothing was changed; add --config, or leave --lend out");
  }
  if (is_hook_installed(context)) return {};
  return fail(ErrorKind::refused,
              "libvirt would start the domain without gpupass: its hook, which binds a lent card, is not "
              "installed",
              "nothing was changed; `gpupass hook install` installs it");
}

/// libvirt only finds out at the second start that two domains have one device. Where they share it, the
/// second start is refused by the hook and by libvirt; a network or a parent of mediated devices is no domain
/// that could wait for its turn.
Result<void> refuse_used_by_others(const Host& host, Hypervisor& hypervisor, const DomainState& domain,
                                   Inventory inventory, const Functions& functions, bool shared) {
  GPUPASS_TRY_ASSIGN(inventory.domain_uses, domain_uses(hypervisor, host, inventory, domain.uuid));
  std::erase_if(inventory.domain_uses, [&](const DomainUse& use) {
    const bool waits = !use.running || !domain.running;
    return shared && waits && use.network.empty() && use.mediated.empty();
  });
  const auto findings = rules::domain_use(inventory, {functions});
  if (findings.empty()) return {};
  const auto& first = findings.front();
  return fail(ErrorKind::busy, first.what, "nothing was changed; " + first.remedy);
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
  if (facts.lend) {
    return fmt::format("{} has {} from its next start on; until then, and after each end, the host has it",
                       facts.state.name, names(functions));
  }
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
  syntax.options.add_options()("shared",
                               "also where other domains have it in their configuration: they take turns");
  syntax.options.add_options()(
      "lend", "leave it with the host until the domain starts, and return it when that ends");
  add_domain_options(syntax.options);
  return syntax;
}

}  // namespace

Result<Approved> approve(Context& context, const ChangeOptions& options, const Inventory& inventory,
                         Functions functions, Hypervisor& hypervisor, const DomainState& domain,
                         bool shared) {
  const auto wanted = joined(functions, strangers(inventory, functions));
  GPUPASS_TRY_ASSIGN(auto holds, current_holds(context, inventory, wanted));
  inherit(context, holds, "", options.timeout);
  shared = shared || is_shared_already(holds, wanted, domain.name);
  if (!shared) GPUPASS_TRY(refuse_held_for_others(holds, domain.name));
  GPUPASS_TRY(refuse_used_by_others(context.host, hypervisor, domain, inventory, wanted, shared));
  const auto undecided = without_own(inventory, holds, domain.name, shared, functions);
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
  if (options.lend) GPUPASS_TRY(refuse_loan(context, options, domain.state));
  GPUPASS_TRY_ASSIGN(const auto inventory, discover(context.host, {.serials_of = functions}));
  GPUPASS_TRY_ASSIGN(auto approved, approve(context, options.change, inventory, std::move(functions),
                                            *domain.hypervisor, domain.state, options.shared));
  functions = std::move(approved.functions);

  GPUPASS_TRY_ASSIGN(const auto facts, domain_facts(domain, options));
  warn_of_window(context, inventory, facts, functions);
  const PlanFacts plan_facts{inventory, std::move(approved.holds), core::iso_time(context.host.now())};
  GPUPASS_TRY_ASSIGN(const auto plan, plan_attach(plan_facts, facts, functions, templates));
  for (const auto& note : notes_on_attach(plan, inventory, facts))
    context.terminal.err << report::wrapped_lines("note: " + note, context.terminal.columns) << "\n";
  GPUPASS_TRY(consent(context, options.change, approved.open));
  return carry_out_for_domain(context, options, plan, domain, facts, locks, outcome_of(facts, functions));
}

}  // namespace gpupass::cli
