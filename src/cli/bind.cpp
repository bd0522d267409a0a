// SPDX-License-Identifier: GPL-2.0-or-later
// `gpupass bind` and `gpupass unbind`: devices to vfio-pci and back, with no domain.
#include <fmt/format.h>

#include <algorithm>
#include <ostream>

#include "cli/domain_change.hpp"
#include "cli/persist.hpp"
#include "cli/selection.hpp"
#include "cli/unreadable.hpp"
#include "gpupass/core/text.hpp"
#include "gpupass/discover.hpp"
#include "gpupass/holds.hpp"
#include "gpupass/inventory.hpp"
#include "gpupass/report/displaced.hpp"

namespace gpupass::cli {
namespace {

// Only of weight for a card that goes into a guest, which a bare bind does not say.
const std::set<std::string> k_rules_for_guests = {"group-viable", "kvm-usable", "interrupt-remapping"};

struct Request {
  ChangeOptions options;
  Functions functions;
};

Result<Functions> meant(const Inventory& inventory, const po::variables_map& values, Companions companions) {
  GPUPASS_TRY_ASSIGN(const auto selectors, selectors_of(values, "selector"));
  if (selectors.empty()) return no_device_named();
  return functions_meant(inventory, selectors, companions);
}

/// A driver that keeps a device for guests takes all of a card; any other drives the one function that it is
/// for.
Companions companions_for(const po::variables_map& values, const std::string& driver) {
  return driver == "vfio-pci" || driver == "pci-stub" ? companions_of(values) : Companions::left_out;
}

Result<Request> request_to_bind(Context& context, const po::variables_map& values,
                                const std::string& driver) {
  GPUPASS_TRY_ASSIGN(auto options, change_options_of(values));
  GPUPASS_TRY_ASSIGN(const auto inventory, discover(context.host, {.holders = false}));
  GPUPASS_TRY_ASSIGN(auto functions, meant(inventory, values, companions_for(values, driver)));
  return Request{options, std::move(functions)};
}

bool is_at(const Selector& selector, const PciAddress& function) {
  return selector.address == function || (selector.slot && selector.slot->same_slot(function));
}

/// Held devices that are no longer where they were taken, by the address they had. Takes their selectors out.
Functions take_displaced(const Inventory& inventory, const std::vector<Hold>& holds,
                         std::vector<Selector>& selectors) {
  Functions functions;
  const auto lost = report::displaced(inventory, holds);
  std::erase_if(selectors, [&](const Selector& selector) {
    const auto before = functions.size();
    for (const auto& hold : lost) {
      if (is_at(selector, hold.device)) functions.push_back(hold.device);
    }
    return functions.size() > before;
  });
  return functions;
}

/// What is named, whether gpupass holds it or not, and of a card what else is held: its companions may have
/// been left out, or given back before.
Result<Request> request_to_return(Context& context, const po::variables_map& values) {
  GPUPASS_TRY_ASSIGN(auto options, change_options_of(values));
  GPUPASS_TRY_ASSIGN(auto selectors, selectors_of(values, "selector"));
  if (selectors.empty()) return no_device_named();
  GPUPASS_TRY_ASSIGN(const auto records,
                     if_permitted(context, "what gpupass holds", read_holds(context.host)));
  const auto& holds = records.readable;
  GPUPASS_TRY_ASSIGN(const auto inventory, discover(context.host, {.holders = false}));
  auto functions = take_displaced(inventory, holds, selectors);
  GPUPASS_TRY_ASSIGN(const auto named, functions_meant(inventory, selectors, Companions::left_out));
  GPUPASS_TRY_ASSIGN(const auto card, functions_meant(inventory, selectors, companions_of(values)));
  functions.insert(functions.end(), named.begin(), named.end());
  for (const auto& hold : holds) {
    if (std::ranges::find(card, hold.device) != card.end()) functions.push_back(hold.device);
  }
  for (const auto& record : records.unreadable) {  // of the same card: it may be held
    const auto device = parse_pci_address(record.of);
    if (device && std::ranges::find(card, *device) != card.end()) functions.push_back(*device);
  }
  return Request{options, in_order(std::move(functions))};
}

Result<void> refuse_all_and_some(const po::variables_map& values) {
  const bool all = values.count("all") > 0;
  if (all && values.count("selector") > 0)
    return fail(ErrorKind::usage, "--all and devices are named", "give the one or the other");
  return {};
}

/// --all is what `gpupass bind` took; what a domain has goes back by `gpupass detach`.
Result<Request> to_unbind(Context& context, const po::variables_map& values) {
  if (values.count("all") == 0) return request_to_return(context, values);
  Request request;
  GPUPASS_TRY_ASSIGN(request.options, change_options_of(values));
  GPUPASS_TRY_ASSIGN(auto holds, known_holds(context));
  inherit(context, holds, {}, request.options.timeout);
  for (const auto& hold : holds) {
    if (hold.domain.empty()) request.functions.push_back(hold.device);
  }
  return request;
}

/// "0000:01:00.0 is back on nvidia", of those that gpupass held and of those that it did not.
std::string homes_of(const Inventory& inventory, const std::vector<Hold>& holds, const Plan& plan) {
  std::vector<std::string> homes;
  for (const auto& function : plan.devices) {
    const auto* const hold = find_hold(holds, function);
    const auto* const device = inventory.find(function);
    const bool held = hold != nullptr;
    if (held && presence_of(hold->identity, hold->device, inventory) != Presence::there) {
      homes.push_back(to_string(function) + " forgotten");
      continue;
    }
    const auto driver = held                ? hold->original_driver
                        : device != nullptr ? device->driver.value_or("")
                                            : std::string();
    homes.push_back(fmt::format("{} is {}{}", to_string(function), held ? "back " : "",
                                driver.empty() ? "without a driver" : "on " + driver));
  }
  return homes.empty() ? "gpupass holds no device that no domain has" : core::enumerate(homes);
}

}  // namespace

Result<int> bind(Context& context, const std::vector<std::string>& arguments) {
  Syntax syntax{"gpupass bind SELECTOR… [--only] [--persist [--apply] [--now]] [options]",
                "Takes a graphics card with its companions, or any other function, from its\n"
                "driver and binds it to vfio-pci. It stays there, whatever domains do with it,\n"
                "until `gpupass unbind`. With --persist it is bound at each boot, before its own\n"
                "driver can have it; --now binds it now, too.",
                {},
                {{"selector", -1}}};
  syntax.options.add_options()("driver",
                               po::value<std::string>()->default_value("vfio-pci")->value_name("NAME"),
                               "the driver to bind to; one of the host's takes only the functions named");
  add_only(syntax.options);
  add_persist_options(syntax.options);
  syntax.options.add_options()("now", "with --persist: bind them now, too");
  add_change_options(syntax.options);
  GPUPASS_TRY_ASSIGN(const auto values, parse(context, std::move(syntax), arguments));
  if (!values) return 0;
  GPUPASS_TRY_ASSIGN(const bool persistent, is_persistent(*values));
  if (persistent) return bind_at_boot(context, *values);
  const auto driver = (*values)["driver"].as<std::string>();
  if (driver.empty() || driver.find_first_of("/ \n") != std::string::npos || driver.starts_with('.')) {
    return fail(ErrorKind::usage, fmt::format("--driver '{}' is no driver's name", driver));
  }
  GPUPASS_TRY_ASSIGN(const auto request, request_to_bind(context, *values, driver));

  Locks locks;
  GPUPASS_TRY(lock(context, request.options, fmt::format("bind {}", names(request.functions)),
                   request.functions, "", locks));
  GPUPASS_TRY_ASSIGN(const auto inventory, discover(context.host, {.serials_of = request.functions}));
  GPUPASS_TRY_ASSIGN(auto holds, current_holds(context, inventory, request.functions));
  const PlanFacts facts{inventory, std::move(holds), core::iso_time(context.host.now())};
  GPUPASS_TRY_ASSIGN(const auto plan, plan_bind(facts, request.functions, driver));
  GPUPASS_TRY(consent(context, request.options, obstacles(inventory, request.functions, k_rules_for_guests)));
  return carry_out(context, request.options, plan, nullptr, locks,
                   fmt::format("{} {} on {}{}", names(request.functions),
                               request.functions.size() == 1 ? "is" : "are", driver,
                               driver == "vfio-pci" ? companion_note(inventory, request.functions) +
                                                          group_note(inventory, request.functions)
                                                    : ""));
}

Result<int> unbind(Context& context, const std::vector<std::string>& arguments) {
  Syntax syntax{"gpupass unbind SELECTOR…|--all [--only] [--persist [--apply]] [options]",
                "Gives devices that gpupass holds back to the drivers they had when it took\n"
                "them: of a graphics card all that is held. With --persist it is the boots to\n"
                "come that leave them to their own drivers.",
                {},
                {{"selector", -1}}};
  syntax.options.add_options()(
      "all", "every device that gpupass holds for no domain; with --persist every one bound at boot");
  add_only(syntax.options);
  add_persist_options(syntax.options);
  add_change_options(syntax.options);
  GPUPASS_TRY_ASSIGN(const auto values, parse(context, std::move(syntax), arguments));
  if (!values) return 0;
  GPUPASS_TRY_ASSIGN(const bool persistent, is_persistent(*values));
  GPUPASS_TRY(refuse_all_and_some(*values));
  if (persistent) return unbind_at_boot(context, *values);
  GPUPASS_TRY_ASSIGN(const auto request, to_unbind(context, *values));

  Locks locks;
  GPUPASS_TRY(lock(context, request.options, fmt::format("unbind {}", names(request.functions)),
                   request.functions, "", locks));
  GPUPASS_TRY_ASSIGN(const auto inventory, discover(context.host, {.serials_of = request.functions}));
  GPUPASS_TRY_ASSIGN(auto holds, written_holds(context, request.functions));
  inherit(context, holds, {}, request.options.timeout);
  const PlanFacts facts{inventory, std::move(holds), core::iso_time(context.host.now())};
  GPUPASS_TRY_ASSIGN(const auto plan, plan_unbind(facts, request.functions));
  GPUPASS_TRY(
      consent(context, request.options,
              obstacles_to_return(inventory, plan, still_there(inventory, facts.holds, request.functions))));
  return carry_out(context, request.options, plan, nullptr, locks,
                   homes_of(inventory, facts.holds, plan) + left_alone_note(inventory, facts.holds));
}

}  // namespace gpupass::cli
