// SPDX-License-Identifier: GPL-2.0-or-later
// `gpupass guest start VM`: its card bound under gpupass's checks, then libvirt's start.
#include <fmt/format.h>

#include <algorithm>
#include <ostream>

#include "cli/guest/guest.hpp"
#include "cli/hook/hook.hpp"
#include "gpupass/discover.hpp"
#include "gpupass/session/held.hpp"
#include "gpupass/session/hook_file.hpp"
#include "gpupass/session/records.hpp"

namespace gpupass::cli {
namespace {

struct Options {
  // To pin hundreds of gigabytes takes minutes.
  GuestOptions guest{.vm = {}, .timeout = std::chrono::seconds(600)};
  bool yes = false;
};

Syntax syntax(const Context& context, Options& options) {
  Syntax syntax(
      "gpupass guest start VM [options]",
      "Starts a guest. Its card is bound first if it is not (after a reboot of the host), with all that\n"
      "`gpupass attach` looks at.");
  syntax.flag("yes,y", options.yes, "agree to what a person at a terminal would be asked");
  add_guest(syntax, context, options.guest);
  return syntax;
}

}  // namespace

Result<int> guest_start(Context& context, const std::vector<std::string>& arguments) {
  Options asked;
  GPUPASS_TRY_ASSIGN(const bool go, parse(context, syntax(context, asked), arguments));
  if (!go) return 0;
  const auto& options = asked.guest;
  GPUPASS_TRY(session::refuse_captured(context.host));
  GPUPASS_TRY_ASSIGN(const auto guest, open_guest(context, options));
  if (guest.state.running) {
    context.terminal.out << fmt::format("{} is running already\n", guest.state.name);
    return 0;
  }
  GPUPASS_TRY_ASSIGN(auto functions, hostdev_functions(guest.xml));
  GPUPASS_TRY_ASSIGN(const auto inventory,
                     discover(context.host, {.holders = false, .serials_of = functions}));
  GPUPASS_TRY(session::check_records(context, inventory, guest.state.name, functions));
  GPUPASS_TRY_ASSIGN(const auto holds, session::written_holds(context.host, functions));
  const bool lent = std::ranges::count(holds, true, &Hold::lend) > 0;
  if (lent)
    GPUPASS_TRY(
        session::require_hook(context.host));  // that binds what is lent, once libvirt starts the guest
  for (const auto& hold : holds)
    if (hold.lend) std::erase(functions, hold.device);
  if (!functions.empty()) {
    Teller teller(context.terminal, {.yes = asked.yes, .timeout = options.timeout});
    GPUPASS_TRY_ASSIGN(const auto done,
                       take_cards(context, teller.manner(), options.uri, guest.state.name, functions));
    teller.tell(done);
  }
  GPUPASS_TRY(guest.hypervisor->start(guest.state.name));
  context.terminal.out << fmt::format("{} is running\n", guest.state.name);
  return 0;
}

}  // namespace gpupass::cli
