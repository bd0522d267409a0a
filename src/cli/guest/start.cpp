// SPDX-License-Identifier: GPL-2.0-or-later
// `gpupass guest start VM`: binds its card with gpupass's checks, then starts it through libvirt.

#include <fmt/format.h>

#include <ostream>

#include "cli/guest/guest.hpp"

namespace gpupass::cli {
namespace {

struct GuestStartOptions {
  // To pin hundreds of gigabytes takes minutes.
  GuestOptions guest{.vm = {}, .timeout = std::chrono::seconds(600)};
  bool yes = false;
};

Syntax syntax(const Context& context, GuestStartOptions& options) {
  Syntax syntax(
      "gpupass guest start VM [options]",
      "Starts a guest. Its card is bound first if it is not bound (after a reboot of the host), with all\n"
      "checks of `gpupass attach`.");
  syntax.flag("yes,y", options.yes, "agree to what a person at a terminal would be asked");
  add_guest(syntax, context, options.guest);
  return syntax;
}

}  // namespace

Result<int> guest_start(Context& context, const std::vector<std::string>& arguments) {
  GuestStartOptions options;
  GPUPASS_TRY_ASSIGN(const bool go, parse(context, syntax(context, options), arguments));
  if (!go) return 0;
  const auto& guest = options.guest;
  Teller teller(context.terminal, {.yes = options.yes, .timeout = guest.timeout}, guest.connection);
  GPUPASS_TRY_ASSIGN(const bool started, run::start(context, teller.manner(), guest.choice()));
  context.terminal.out << fmt::format("{} is{} running\n", guest.vm, started ? "" : " already");
  return 0;
}

}  // namespace gpupass::cli
