// SPDX-License-Identifier: GPL-2.0-or-later
// `gpupass bind` and `gpupass unbind`: devices to vfio-pci and back, with no domain.
#include <fmt/format.h>

#include <ostream>

#include "cli/domain_change.hpp"
#include "cli/persist.hpp"
#include "cli/selection.hpp"
#include "core/text.hpp"
#include "gpupass/inventory.hpp"

namespace gpupass::cli {
namespace {

// Only of weight for a card that goes into a guest, which a bare bind does not say.
const std::set<std::string> k_rules_for_guests = {"group-viable", "kvm-usable", "interrupt-remapping"};

struct Request {
  ChangeOptions options;
  Functions functions;
};

Result<Request> request_of(Context& context, const po::variables_map& values) {
  GPUPASS_TRY_ASSIGN(auto options, change_options_of(values));
  GPUPASS_TRY_ASSIGN(auto functions, named_functions(context, values));
  return Request{options, std::move(functions)};
}

}  // namespace

Result<int> bind(Context& context, const std::vector<std::string>& arguments) {
  Syntax syntax{
      "gpupass bind SELECTOR… [--driver vfio-pci] [--persist [--apply]] [options]",
      "Takes exactly the functions named from their drivers and binds them to another one. They stay\n"
      "there, whatever domains do with them, until `gpupass unbind`. With --persist it is the boots to\n"
      "come that find them on vfio-pci, before their own drivers could have them; nothing changes now.",
      {},
      {{"selector", -1}}};
  syntax.options.add_options()("driver",
                               po::value<std::string>()->default_value("vfio-pci")->value_name("NAME"),
                               "the driver to bind to");
  add_persist_options(syntax.options);
  add_change_options(syntax.options);
  GPUPASS_TRY_ASSIGN(const auto values, parse(context, std::move(syntax), arguments));
  if (!values) return 0;
  GPUPASS_TRY_ASSIGN(const bool persistent, is_persistent(*values));
  if (persistent) return bind_at_boot(context, *values);
  GPUPASS_TRY_ASSIGN(const auto request, request_of(context, *values));
  const auto driver = (*values)["driver"].as<std::string>();
  if (driver.empty() || driver.find_first_of("/ \n") != std::string::npos || driver.starts_with('.')) {
    return fail(ErrorKind::usage, fmt::format("--driver '{}' is no driver's name", driver));
  }

  Locks locks;
  GPUPASS_TRY(lock(context, request.options, fmt::format("bind {}", names(request.functions)),
                   request.functions, "", locks));
  GPUPASS_TRY_ASSIGN(const auto inventory, discover(context.host));
  GPUPASS_TRY_ASSIGN(auto holds, current_holds(context, inventory, request.functions));
  GPUPASS_TRY(consent(context, request.options, obstacles(inventory, request.functions, k_rules_for_guests)));
  const PlanFacts facts{inventory, std::move(holds), core::iso_time(context.host.now())};
  GPUPASS_TRY_ASSIGN(const auto plan, plan_bind(facts, request.functions, driver));
  return carry_out(context, request.options, plan, nullptr, locks,
                   fmt::format("{} on {}{}", names(request.functions), driver,
                               driver == "vfio-pci" ? group_note(inventory, request.functions) : ""));
}

Result<int> unbind(Context& context, const std::vector<std::string>& arguments) {
  Syntax syntax{"gpupass unbind SELECTOR… [--persist [--apply]] [options]",
                "Gives devices that gpupass holds back to the drivers they had when it took them. With\n"
                "--persist it is the boots to come that leave them to their own drivers.",
                {},
                {{"selector", -1}}};
  add_persist_options(syntax.options);
  add_change_options(syntax.options);
  GPUPASS_TRY_ASSIGN(const auto values, parse(context, std::move(syntax), arguments));
  if (!values) return 0;
  GPUPASS_TRY_ASSIGN(const bool persistent, is_persistent(*values));
  if (persistent) return unbind_at_boot(context, *values);
  GPUPASS_TRY_ASSIGN(const auto request, request_of(context, *values));

  Locks locks;
  GPUPASS_TRY(lock(context, request.options, fmt::format("unbind {}", names(request.functions)),
                   request.functions, "", locks));
  GPUPASS_TRY_ASSIGN(const auto inventory, discover(context.host));
  GPUPASS_TRY_ASSIGN(auto holds, current_holds(context, inventory, request.functions));
  inherit(context, holds, "", request.options.timeout);
  const PlanFacts facts{inventory, std::move(holds), core::iso_time(context.host.now())};
  GPUPASS_TRY_ASSIGN(const auto plan, plan_unbind(facts, request.functions));
  GPUPASS_TRY(consent(context, request.options, users_of_vfio(inventory, request.functions)));
  std::vector<std::string> homes;
  for (const auto& hold : facts.holds) {
    homes.push_back(fmt::format(
        "{} {}", to_string(hold.device),
        hold.original_driver.empty() ? "without a driver, as before" : "back on " + hold.original_driver));
  }
  return carry_out(context, request.options, plan, nullptr, locks, core::enumerate(homes));
}

}  // namespace gpupass::cli
