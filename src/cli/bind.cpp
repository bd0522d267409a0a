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

struct Options {
  session::Selection what;
  bool all = false;                 // of unbind only
  std::string driver = "vfio-pci";  // of bind only
  std::string owner;                // whose they are to be, or are; empty: nobody's in particular
  PersistOptions boot;
  ChangeOptions change;
};

/// Whoever it is: a job, a script, a person. The name is in records, on screens and in commands.
Result<std::optional<Owner>> owner_of(const std::string& name) {
  constexpr std::size_t k_longest = 200;
  if (name.empty()) return std::optional<Owner>();
  if (core::is_printable(name) && name.size() <= k_longest && core::trim(name) == name)
    return std::optional(job(name));
  return fail(ErrorKind::usage, fmt::format("--for '{}': no name", core::printable(name)),
              "a text of at most 200 bytes without control characters and without blanks around it");
}

Result<void> refuse_for_boots(const Options& options) {
  if (options.owner.empty() || !options.boot.persist) return {};
  return fail(ErrorKind::usage, "--for and --persist are both given",
              "what is bound at each boot is nobody's in particular: leave one of them out");
}

Result<void> refuse_all_and_some(const Options& options) {
  if (options.all && !options.what.selectors.empty())
    return fail(ErrorKind::usage, "--all and devices are named", "give the one or the other");
  return {};
}

Result<void> check_driver(const Options& options) {
  const auto& driver = options.driver;
  if (options.boot.persist && driver != "vfio-pci")
    return fail(ErrorKind::usage, "--persist binds to vfio-pci and to no other driver", "leave --driver out");
  if (driver.find_first_of("/ \n") != std::string::npos || driver.starts_with('.'))
    return fail(ErrorKind::usage, fmt::format("--driver '{}' is no driver's name", driver));
  return {};
}

Syntax syntax_of_bind(Options& options) {
  Syntax syntax("gpupass bind SELECTOR… [--only] [--for NAME] [--persist [--apply] [--now]] [options]",
                "Takes a graphics card with its companions, or any other function, from its\n"
                "driver and binds it to vfio-pci. It stays there, whatever domains do with it,\n"
                "until `gpupass unbind`. With --persist it is bound at each boot, before its own\n"
                "driver can have it; --now binds it now, too.");
  syntax.positional("selector", options.what.selectors);
  syntax.option("driver", options.driver, "NAME",
                "the driver to bind to; one of the host's takes only the functions named");
  add_only(syntax, options.what);
  syntax.option("for", options.owner, "NAME",
                "whose they are to be: a job, a script; nobody else gets them until it gives them back");
  add_persist_options(syntax, options.boot);
  syntax.flag("now", options.boot.now, "with --persist: bind them now, too");
  add_change_options(syntax, options.change);
  syntax.then([&] { return refuse_for_boots(options); });
  syntax.then([&] { return check_driver(options); });
  syntax.then([&] { return require_some(options.what); });
  return syntax;
}

Syntax syntax_of_unbind(Options& options) {
  Syntax syntax("gpupass unbind SELECTOR…|--all|--for NAME [--only] [--persist [--apply]] [options]",
                "Gives devices that gpupass holds back to the drivers they had when it took\n"
                "them: of a graphics card all that is held. With --persist it is the boots to\n"
                "come that leave them to their own drivers.");
  syntax.positional("selector", options.what.selectors);
  syntax.flag("all", options.all,
              "every device that gpupass holds for nobody; with --persist every one bound at boot");
  add_only(syntax, options.what);
  syntax.option("for", options.owner, "NAME", "who gives them back; without a SELECTOR all that it has");
  add_persist_options(syntax, options.boot);
  add_change_options(syntax, options.change);
  syntax.then([&] { return refuse_all_and_some(options); });
  syntax.then([&] { return refuse_for_boots(options); });
  return syntax;
}

}  // namespace

Result<int> bind(Context& context, const std::vector<std::string>& arguments) {
  Options options;
  GPUPASS_TRY_ASSIGN(const bool go, parse(context, syntax_of_bind(options), arguments));
  if (!go) return 0;
  auto& [what, all, driver, name, boot, change] = options;
  if (boot.persist) return bind_at_boot(context, change, {std::move(what), boot.apply, boot.now});
  if (!keeps_for_guests(driver)) what.companions = Companions::left_out;
  GPUPASS_TRY_ASSIGN(auto owner, owner_of(name));
  if (owner && driver != tenant_of(owner->kind).driver)
    return fail(ErrorKind::usage, fmt::format("--for and --driver {} are both given", driver),
                "what is bound for somebody is on vfio-pci: leave --driver out");
  Teller teller(context.terminal, change);
  GPUPASS_TRY_ASSIGN(const auto done,
                     session::bind(context, teller.manner(), {std::move(what), driver, std::move(owner)}));
  return teller.tell(done);
}

Result<int> unbind(Context& context, const std::vector<std::string>& arguments) {
  Options options;
  GPUPASS_TRY_ASSIGN(const bool go, parse(context, syntax_of_unbind(options), arguments));
  if (!go) return 0;
  session::UnbindRequest request;
  GPUPASS_TRY_ASSIGN(request.owner, owner_of(options.owner));
  const bool everything = options.all || (options.what.selectors.empty() && request.owner);
  if (!everything) {
    GPUPASS_TRY(require_some(options.what));
    request.what = std::move(options.what);
  }
  if (options.boot.persist)
    return unbind_at_boot(context, options.change, {request.what, options.boot.apply});
  Teller teller(context.terminal, options.change);
  GPUPASS_TRY_ASSIGN(const auto done, session::unbind(context, teller.manner(), request));
  return teller.tell(done);
}

}  // namespace gpupass::cli
