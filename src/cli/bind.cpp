// SPDX-License-Identifier: GPL-2.0-or-later
// `gpupass bind` and `gpupass unbind`: devices to vfio-pci and back, with no domain.
#include <fmt/format.h>

#include "cli/persist.hpp"
#include "cli/selection.hpp"
#include "cli/teller.hpp"

namespace gpupass::cli {
namespace {

/// Such a driver takes all of a card; any other drives the one function that it is for.
bool keeps_for_guests(const std::string& driver) {
  return driver == "vfio-pci" || driver == "pci-stub";
}

Result<void> refuse_all_and_some(const po::variables_map& values) {
  const bool all = values.count("all") > 0;
  if (all && values.count("selector") > 0)
    return fail(ErrorKind::usage, "--all and devices are named", "give the one or the other");
  return {};
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
  GPUPASS_TRY_ASSIGN(const auto options, change_options_of(*values));
  GPUPASS_TRY_ASSIGN(auto what, some_selection_of(*values));
  if (!keeps_for_guests(driver)) what.companions = Companions::left_out;
  Teller teller(context.terminal, options);
  GPUPASS_TRY_ASSIGN(const auto done, session::bind(context, teller.manner(), {std::move(what), driver}));
  return teller.tell(done);
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
  GPUPASS_TRY_ASSIGN(const auto options, change_options_of(*values));
  session::UnbindRequest request;
  if (values->count("all") == 0) {
    GPUPASS_TRY_ASSIGN(request.what, some_selection_of(*values));
  }
  Teller teller(context.terminal, options);
  GPUPASS_TRY_ASSIGN(const auto done, session::unbind(context, teller.manner(), request));
  return teller.tell(done);
}

}  // namespace gpupass::cli
