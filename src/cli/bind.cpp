// SPDX-License-Identifier: GPL-2.0-or-later
// `gpupass bind` and `gpupass unbind`: devices to vfio-pci and back, with no domain; now, or at each boot.
#include <fmt/format.h>

#include <ostream>

#include "cli/teller.hpp"
#include "gpupass/core/printable.hpp"
#include "gpupass/report/remaining.hpp"
#include "gpupass/session/remaining.hpp"

namespace gpupass::cli {
namespace {

struct BindOptions {
  session::Selection what;
  bool all = false;                 // of unbind only
  std::string driver = "vfio-pci";  // of bind only
  std::string name;                 // of the owner; empty: none
  std::optional<Owner> owner;       // whose they are to be, or are; nothing: nobody's in particular
  bool persist = false;             // at the boots to come
  bool apply = false;
  bool now = false;  // of bind only
  ChangeOptions change;
};

Result<void> read_owner(BindOptions& options) {
  if (options.name.empty()) return {};
  if (!is_job_name(options.name))
    return fail(ErrorKind::usage, fmt::format("--for '{}': not a name", core::printable(options.name)),
                "a text of at most 200 bytes without control characters and surrounding blanks");
  options.owner = job(options.name);
  return {};
}

Result<void> refuse_for_boots(const BindOptions& options) {
  if (!options.owner || !options.persist) return {};
  return fail(ErrorKind::usage, "--for and --persist are both given",
              "what is bound at each boot has no owner: leave one of them out");
}

Result<void> refuse_all_and_some(const BindOptions& options) {
  if (options.all && !options.what.selectors.empty())
    return fail(ErrorKind::usage, "--all and devices are named", "give only one of them");
  return {};
}

Result<void> check_driver(const BindOptions& options) {
  const auto& driver = options.driver;
  if (options.persist && driver != "vfio-pci")
    return fail(ErrorKind::usage, "--persist binds to vfio-pci and to no other driver", "leave --driver out");
  if (driver.find_first_of("/ \n") != std::string::npos || driver.starts_with('.'))
    return fail(ErrorKind::usage, fmt::format("--driver '{}' is not a driver's name", driver));
  return {};
}

Result<void> refuse_without_persist(const BindOptions& options) {
  if (options.persist || (!options.apply && !options.now)) return {};
  return fail(ErrorKind::usage, fmt::format("--{} needs --persist", options.apply ? "apply" : "now"),
              "without --persist devices are bound now, and nothing of the boot is changed");
}

void add_persist(Syntax& syntax, BindOptions& options) {
  syntax.flag("persist", options.persist, "at every boot from the next one on");
  syntax.flag("apply", options.apply,
              "with --persist: change the host's own files, too, and run what makes its initramfs "
              "and boot menu");
  syntax.then([&] { return refuse_without_persist(options); });
}

Syntax syntax_of_bind(BindOptions& options) {
  Syntax syntax("gpupass bind SELECTOR… [--only] [--for NAME] [--persist [--apply] [--now]] [options]",
                "Takes a graphics card with its companions, or any other function, from its\n"
                "driver and binds it to vfio-pci. It stays there, whatever domains do with it,\n"
                "until `gpupass unbind`. With --persist it is bound at each boot, before its own\n"
                "driver can take it; --now binds it now, too.");
  syntax.positional("selector", options.what.selectors);
  syntax.option("driver", options.driver, "NAME",
                "the driver to bind to; a driver of the host takes only the functions named");
  add_only(syntax, options.what);
  syntax.option("for", options.name, "NAME",
                "reserve them for a job or a script; nobody else gets them until it returns them");
  add_persist(syntax, options);
  syntax.flag("now", options.now, "with --persist: bind them now, too");
  add_change_options(syntax, options.change);
  syntax.then([&] { return read_owner(options); });
  syntax.then([&] { return refuse_for_boots(options); });
  syntax.then([&] { return check_driver(options); });
  syntax.then([&] { return require_some(options.what); });
  return syntax;
}

Syntax syntax_of_unbind(BindOptions& options) {
  Syntax syntax("gpupass unbind SELECTOR…|--all|--for NAME [--only] [--persist [--apply]] [options]",
                "Returns devices that gpupass holds to the drivers that they had when it\n"
                "took them: of a graphics card, all held functions. With --persist the devices\n"
                "have their own drivers again from the next boot on.");
  syntax.positional("selector", options.what.selectors);
  syntax.flag("all", options.all,
              "every device that gpupass holds without an owner; with --persist every one bound at boot");
  add_only(syntax, options.what);
  syntax.option("for", options.name, "NAME", "return what this name has; without a SELECTOR all of it");
  add_persist(syntax, options);
  add_change_options(syntax, options.change);
  syntax.then([&] { return refuse_all_and_some(options); });
  syntax.then([&] { return read_owner(options); });
  syntax.then([&] { return refuse_for_boots(options); });
  return syntax;
}

/// The result, and what is left to a person; `command` would do that.
Result<int> tell(Context& context, const BindOptions& options, Teller& teller, const Done& done,
                 std::string command) {
  teller.tell(done);
  if (!options.persist || options.change.format == Format::json) return 0;
  for (const auto& device : done.plan.devices) command += " " + to_string(device);
  GPUPASS_TRY_ASSIGN(const auto steps, session::remaining(context, done.outcome.remaining));
  context.terminal.out << report::remaining_text(steps, command);
  return 0;
}

}  // namespace

Result<int> bind(Context& context, const std::vector<std::string>& arguments) {
  BindOptions options;
  GPUPASS_TRY_ASSIGN(const bool go, parse(context, syntax_of_bind(options), arguments));
  if (!go) return 0;
  const auto& [what, all, driver, name, owner, persist, apply, now, change] = options;
  Teller teller(context.terminal, change);
  GPUPASS_TRY_ASSIGN(const auto done,
                     persist ? session::bind_at_boot(context, teller.manner(), {what, apply, now})
                             : session::bind(context, teller.manner(), {what, driver, owner}));
  return tell(context, options, teller, done,
              now ? "gpupass bind --persist --now" : "gpupass bind --persist");
}

Result<int> unbind(Context& context, const std::vector<std::string>& arguments) {
  BindOptions options;
  GPUPASS_TRY_ASSIGN(const bool go, parse(context, syntax_of_unbind(options), arguments));
  if (!go) return 0;
  std::optional<session::Selection> what;  // nothing: all
  if (!options.all && !(options.what.selectors.empty() && options.owner)) {
    GPUPASS_TRY(require_some(options.what));
    what = options.what;
  }
  Teller teller(context.terminal, options.change);
  GPUPASS_TRY_ASSIGN(const auto done,
                     options.persist
                         ? session::unbind_at_boot(context, teller.manner(), {what, options.apply})
                         : session::unbind(context, teller.manner(), {what, options.owner}));
  return tell(context, options, teller, done, "gpupass unbind --persist");
}

}  // namespace gpupass::cli
