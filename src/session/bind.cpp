// SPDX-License-Identifier: GPL-2.0-or-later
// Devices to vfio-pci and back, with no domain.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "gpupass/core/text.hpp"
#include "gpupass/discover/discover.hpp"
#include "gpupass/holds.hpp"
#include "gpupass/judge/judge.hpp"
#include "gpupass/report/displaced.hpp"
#include "gpupass/session/consent.hpp"
#include "gpupass/session/held.hpp"
#include "gpupass/session/not_shown.hpp"
#include "gpupass/session/obstacles.hpp"
#include "gpupass/session/session.hpp"
#include "session/prepared.hpp"

namespace gpupass::session {
namespace {

/// Held devices that are no longer where they were taken, by the address they had. Takes their selectors out.
Functions take_displaced(const Inventory& inventory, const std::vector<Hold>& holds,
                         std::vector<Selector>& selectors) {
  Functions functions;
  const auto lost = report::displaced(inventory, holds);
  std::erase_if(selectors, [&](const Selector& selector) {
    const auto before = functions.size();
    for (const auto& hold : lost) {
      const auto& function = hold.device.as_function();
      if (is_at(selector, function)) functions.push_back(function);
    }
    return functions.size() > before;
  });
  return functions;
}

/// What is named, whether gpupass holds it or not, and of a card what else is held: its companions may have
/// been left out, or given back before.
Result<Functions> to_return(const Host& host, Requester& requester, Selection what) {
  GPUPASS_TRY_ASSIGN(const auto records, if_permitted(requester, "what gpupass holds", read_holds(host)));
  const auto& holds = records.readable;
  GPUPASS_TRY_ASSIGN(const auto inventory, discover::read_inventory(host, {.holders = false}));
  auto functions = take_displaced(inventory, holds, what.selectors);
  GPUPASS_TRY_ASSIGN(const auto named, functions_meant(inventory, what.selectors, Companions::left_out));
  GPUPASS_TRY_ASSIGN(const auto card, functions_meant(inventory, what.selectors, what.companions));
  functions.insert(functions.end(), named.begin(), named.end());
  for (const auto& hold : holds) {
    if (const auto* const function = hold.device.function();
        function != nullptr && std::ranges::find(card, *function) != card.end())
      functions.push_back(*function);
  }
  for (const auto& record : records.unreadable) {  // of the same card: it may be held
    const auto device = parse_pci_address(record.of);
    if (device && std::ranges::find(card, *device) != card.end()) functions.push_back(*device);
  }
  return in_order(std::move(functions));
}

/// What the owner has; without one, what only `gpupass bind` took.
Result<Functions> held_for(const World& world, const Manner& manner, const std::optional<Owner>& owner) {
  Functions functions;
  GPUPASS_TRY_ASSIGN(auto holds, known_holds(world.host, manner.requester));
  if (!owner) inherit(world, holds, {}, manner.patience);
  for (const auto& hold : holds) {
    if (!(owner ? is_for(hold, *owner) : hold.owners.empty())) continue;
    GPUPASS_TRY_ASSIGN(const auto function, function_of(hold));
    functions.push_back(function);
  }
  return functions;
}

/// One that keeps devices for guests does; any other drives the one function that it is for.
bool takes_all_of_a_card(const std::string& driver) {
  return driver == "vfio-pci" || driver == "pci-stub";
}

/// " for job slurm:4711".
std::string for_whom(const Owner& owner) {
  return fmt::format(" for {}{}", tenant_of(owner.kind).called, owner.name);
}

/// "0000:01:00.0 is back on nvidia", of those that gpupass held and of those that it did not.
std::string homes_of(const Inventory& inventory, const std::vector<Hold>& holds, const Functions& functions) {
  std::vector<std::string> homes;
  for (const auto& function : functions) {
    const auto* const hold = find_hold(holds, function);
    const auto* const device = inventory.find(function);
    const bool held = hold != nullptr;
    if (held && presence_of(hold->identity, function, inventory) != Presence::there) {
      homes.push_back(to_string(function) + " forgotten");
      continue;
    }
    const auto driver = held                ? hold->original_driver
                        : device != nullptr ? device->driver.value_or("")
                                            : std::string();
    homes.push_back(fmt::format("{} is {}{}", to_string(function), held ? "back " : "",
                                driver.empty() ? "without a driver" : "on " + driver));
  }
  return core::enumerate(homes);
}

/// What was given back, and what stays bound although its owner gave it back.
std::string outcome_of_return(const Inventory& inventory, const std::vector<Hold>& holds, const Plan& plan,
                              const std::optional<Owner>& owner) {
  if (!owner && plan.devices.empty()) return "gpupass holds no device without an owner";
  if (!owner) return homes_of(inventory, holds, functions_among(plan.devices));
  if (plan.steps.empty()) {
    const auto whom = tenant_of(owner->kind).called + owner->name;
    return plan.devices.empty() ? "gpupass holds no device for " + whom : whom + " has none of these devices";
  }
  Functions home;
  Functions bound;
  for (const auto& function : functions_among(plan.devices)) {
    const auto* const hold = find_hold(holds, function);
    (hold != nullptr && hold->bound ? bound : home).push_back(function);
  }
  std::vector<std::string> parts;
  if (!home.empty()) parts.push_back(homes_of(inventory, holds, home));
  if (!bound.empty()) parts.push_back(bound_before(bound));
  return fmt::format("{}", fmt::join(parts, "; "));
}

}  // namespace

Result<Binding> prepare_binding(World& world, const Manner& manner, const BindRequest& request,
                                const Functions& functions) {
  GPUPASS_TRY_ASSIGN(const auto inventory, discover::read_inventory(world.host, {.serials_of = functions}));
  GPUPASS_TRY_ASSIGN(auto holds, current_holds(world, manner, inventory, functions));
  if (request.owner) inherit(world, holds, {}, manner.patience);
  const auto facts = facts_for(world, inventory, std::move(holds));
  const auto* const tenant = request.owner ? &tenant_of(request.owner->kind) : nullptr;
  GPUPASS_TRY_ASSIGN(auto plan, tenant != nullptr ? tenant->plan_give(facts, functions, *request.owner)
                                                  : plan_bind(facts, functions, request.driver));
  const auto occasion = tenant != nullptr ? tenant->gets : Occasion::bind;
  GPUPASS_TRY(consent(manner, judge::obstacles(inventory, {functions}, occasion)));
  const std::string driver = tenant != nullptr ? tenant->driver : request.driver;
  auto outcome =
      fmt::format("{} {}{}{}", names(functions), functions.size() == 1 ? "is" : "are",
                  driver.empty() ? "" : " on " + driver, request.owner ? for_whom(*request.owner) : "");
  if (driver == "vfio-pci")
    outcome += companion_note(inventory, functions) + group_note(inventory, functions);
  return Binding{std::move(plan), std::move(outcome)};
}

Result<Done> bind(World& world, const Manner& manner, const BindRequest& request) {
  const bool names_driver = request.driver != BindRequest().driver;
  if (request.owner && names_driver && request.driver != tenant_of(request.owner->kind).driver)
    return fail(ErrorKind::usage, fmt::format("--for and --driver {} are both given", request.driver),
                "its owner determines the driver: leave --driver out");
  GPUPASS_TRY_ASSIGN(const auto first_look, discover::read_inventory(world.host, {.holders = false}));
  auto what = request.what;
  if (!takes_all_of_a_card(request.driver)) what.companions = Companions::left_out;
  GPUPASS_TRY_ASSIGN(const auto functions, functions_of(first_look, what));
  Locks locks;
  GPUPASS_TRY(take_locks(world, manner, fmt::format("bind {}", names(functions)), functions, "", locks));
  GPUPASS_TRY_ASSIGN(auto binding, prepare_binding(world, manner, request, functions));
  return carry_out(world, manner, std::move(binding.plan), nullptr, locks, std::move(binding.outcome));
}

Result<Done> unbind(World& world, const Manner& manner, const UnbindRequest& request) {
  GPUPASS_TRY_ASSIGN(const auto functions, request.what
                                               ? to_return(world.host, manner.requester, *request.what)
                                               : held_for(world, manner, request.owner));
  Locks locks;
  GPUPASS_TRY(take_locks(world, manner, fmt::format("unbind {}", names(functions)), functions, "", locks));
  GPUPASS_TRY_ASSIGN(const auto inventory, discover::read_inventory(world.host, {.serials_of = functions}));
  GPUPASS_TRY_ASSIGN(auto holds, written_holds(world, manner, functions));
  inherit(world, holds, {}, manner.patience);
  const auto facts = facts_for(world, inventory, std::move(holds));
  GPUPASS_TRY_ASSIGN(
      auto plan, request.owner ? tenant_of(request.owner->kind).plan_take(facts, functions, *request.owner)
                               : plan_unbind(facts, functions));
  GPUPASS_TRY(
      consent(manner, obstacles_to_return(inventory, plan, still_there(inventory, facts.holds, functions))));
  auto outcome = outcome_of_return(inventory, facts.holds, plan, request.owner) +
                 left_alone_note(inventory, facts.holds);
  return carry_out(world, manner, std::move(plan), nullptr, locks, std::move(outcome));
}

}  // namespace gpupass::session
