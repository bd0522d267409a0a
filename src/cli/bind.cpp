// SPDX-License-Identifier: GPL-2.0-or-later
// `gpupass bind` and `gpupass unbind`: devices to vfio-pci and back, with no domain.
#include <fmt/format.h>

#include "cli/persist.hpp"
#include "cli/selection.hpp"
#include "cli/teller.hpp"
#include "gpupass/core/printable.hpp"
#include "gpupass/core/text.hpp"

namespace gpupass::cli {
namespace {

/// Such a driver takes all of a card; any other drives the one function that it is for.
bool keeps_for_guests(const std::string& driver) {
  return driver == "vfio-pci" || driver == "pci-stub";
}

void add_for(po::options_description& options, const char* about) {
  options.add_options()("for", po::value<std::string>()->value_name("NAME"), about);
}

/// Whoever it is: a job, a script, a person. The name is in records, on screens and in commands.
Result<std::optional<Owner>> owner_of(const po::variables_map& values) {
  constexpr std::size_t k_longest = 200;
  if (values.count("for") == 0) return std::optional<Owner>();
  const auto name = word_of(values, "for");
  if (core::is_printable(name) && name.size() <= k_longest && core::trim(name) == name)
    return std::optional(job(name));
  return fail(ErrorKind::usage, fmt::format("--for '{}': no name", core::printable(name)),
              "a text of at most 200 bytes without control characters and without blanks around it");
}

Result<void> refuse_for_boots(const po::variables_map& values) {
  if (values.count("for") == 0 || values.count("persist") == 0) return {};
  return fail(ErrorKind::usage, "--for and --persist are both given",
              "what is bound at each boot is nobody's in particular: leave one of them out");
}

Result<void> refuse_all_and_some(const po::variables_map& values) {
  const bool all = values.count("all") > 0;
  if (all && values.count("selector") > 0)
    return fail(ErrorKind::usage, "--all and devices are named", "give the one or the other");
  return {};
}

}  // namespace

Result<int> bind(Context& context, const std::vector<std::string>& arguments) {
  Syntax syntax{"gpupass bind SELECTOR… [--only] [--for NAME] [--persist [--apply] [--now]] [options]",
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
  add_for(syntax.options,
          "whose they are to be: a job, a script; nobody else gets them until it gives them back");
  add_persist_options(syntax.options);
  syntax.options.add_options()("now", "with --persist: bind them now, too");
  add_change_options(syntax.options);
  GPUPASS_TRY_ASSIGN(const auto values, parse(context, std::move(syntax), arguments));
  if (!values) return 0;
  GPUPASS_TRY_ASSIGN(const bool persistent, is_persistent(*values));
  GPUPASS_TRY(refuse_for_boots(*values));
  if (persistent) return bind_at_boot(context, *values);
  const auto driver = (*values)["driver"].as<std::string>();
  if (driver.empty() || driver.find_first_of("/ \n") != std::string::npos || driver.starts_with('.')) {
    return fail(ErrorKind::usage, fmt::format("--driver '{}' is no driver's name", driver));
  }
  GPUPASS_TRY_ASSIGN(const auto options, change_options_of(*values));
  GPUPASS_TRY_ASSIGN(auto what, some_selection_of(*values));
  if (!keeps_for_guests(driver)) what.companions = Companions::left_out;
  Teller teller(context.terminal, options);
  GPUPASS_TRY_ASSIGN(auto owner, owner_of(*values));
  if (owner && driver != tenant_of(owner->kind).driver)
    return fail(ErrorKind::usage, fmt::format("--for and --driver {} are both given", driver),
                "what is bound for somebody is on vfio-pci: leave --driver out");
  GPUPASS_TRY_ASSIGN(const auto done,
                     session::bind(context, teller.manner(), {std::move(what), driver, std::move(owner)}));
  return teller.tell(done);
}

Result<int> unbind(Context& context, const std::vector<std::string>& arguments) {
  Syntax syntax{"gpupass unbind SELECTOR…|--all|--for NAME [--only] [--persist [--apply]] [options]",
                "Gives devices that gpupass holds back to the drivers they had when it took\n"
                "them: of a graphics card all that is held. With --persist it is the boots to\n"
                "come that leave them to their own drivers.",
                {},
                {{"selector", -1}}};
  syntax.options.add_options()(
      "all", "every device that gpupass holds for nobody; with --persist every one bound at boot");
  add_only(syntax.options);
  add_for(syntax.options, "who gives them back; without a SELECTOR all that it has");
  add_persist_options(syntax.options);
  add_change_options(syntax.options);
  GPUPASS_TRY_ASSIGN(const auto values, parse(context, std::move(syntax), arguments));
  if (!values) return 0;
  GPUPASS_TRY_ASSIGN(const bool persistent, is_persistent(*values));
  GPUPASS_TRY(refuse_all_and_some(*values));
  GPUPASS_TRY(refuse_for_boots(*values));
  if (persistent) return unbind_at_boot(context, *values);
  GPUPASS_TRY_ASSIGN(const auto options, change_options_of(*values));
  session::UnbindRequest request;
  GPUPASS_TRY_ASSIGN(request.owner, owner_of(*values));
  const bool some = values->count("selector") > 0 || !request.owner;
  if (values->count("all") == 0 && some) {
    GPUPASS_TRY_ASSIGN(request.what, some_selection_of(*values));
  }
  Teller teller(context.terminal, options);
  GPUPASS_TRY_ASSIGN(const auto done, session::unbind(context, teller.manner(), request));
  return teller.tell(done);
}

}  // namespace gpupass::cli
