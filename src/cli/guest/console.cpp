// SPDX-License-Identifier: GPL-2.0-or-later
// `gpupass guest console VM`: virsh has one, with the keys that everybody knows.
#include "cli/guest/guest.hpp"
#include "gpupass/sys/terminal.hpp"

namespace gpupass::cli {
namespace {

Syntax syntax() {
  Syntax syntax{"gpupass guest console VM [options]",
                "Opens a guest's serial console; Ctrl+] leaves it.",
                {},
                {{"vm", 1}}};
  add_guest_options(syntax.options, 60);
  return syntax;
}

}  // namespace

Result<int> guest_console(Context& context, const std::vector<std::string>& arguments) {
  GPUPASS_TRY_ASSIGN(const auto values, parse(context, syntax(), arguments));
  if (!values) return 0;
  GPUPASS_TRY(context.host.changeable());
  GPUPASS_TRY_ASSIGN(const auto options, guest_options_of(context, *values));
  GPUPASS_TRY_ASSIGN(const auto guest, open_guest(context, options));
  if (!guest.state.running)
    return fail(ErrorKind::refused, guest.state.name + " is not running",
                "`gpupass guest start " + guest.state.name + "` starts it");
  return Failure(context.host.become({"virsh", "--connect", options.uri, "console", guest.state.name}));
}

}  // namespace gpupass::cli
