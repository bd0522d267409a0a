// SPDX-License-Identifier: GPL-2.0-or-later
// `gpupass guest console VM`: virsh has one, with the keys that everybody knows.
#include "cli/guest/guest.hpp"
#include "gpupass/sys/terminal.hpp"

namespace gpupass::cli {
namespace {

Syntax syntax(const Context& context, GuestOptions& options) {
  Syntax syntax("gpupass guest console VM [options]", "Opens a guest's serial console; Ctrl+] leaves it.");
  add_guest(syntax, context, options);
  return syntax;
}

}  // namespace

Result<int> guest_console(Context& context, const std::vector<std::string>& arguments) {
  GuestOptions options{.vm = {}, .timeout = std::chrono::seconds(60)};
  GPUPASS_TRY_ASSIGN(const bool go, parse(context, syntax(context, options), arguments));
  if (!go) return 0;
  GPUPASS_TRY(context.host.changeable());
  GPUPASS_TRY_ASSIGN(const auto guest, run::open_guest(context, options.choice()));
  if (!guest.state.running)
    return fail(ErrorKind::refused, guest.state.name + " is not running",
                "`gpupass guest start " + guest.state.name + "` starts it");
  return Failure(context.host.become({"virsh", "--connect", options.uri, "console", guest.state.name}));
}

}  // namespace gpupass::cli
