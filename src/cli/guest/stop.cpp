// SPDX-License-Identifier: GPL-2.0-or-later
// `gpupass guest stop VM`.
#include <fmt/format.h>

#include <ostream>

#include "cli/guest/guest.hpp"

namespace gpupass::cli {
namespace {

Syntax syntax() {
  Syntax syntax{"gpupass guest stop VM [options]",
                "Asks a guest to shut down and waits until it has. Its card stays bound for its next start;\n"
                "`gpupass detach VM --all` gives it back to the host.",
                {},
                {{"vm", 1}}};
  syntax.options.add_options()("force", "end it as a power cut would, if it does not shut down in time");
  add_guest_options(syntax.options, 120);
  return syntax;
}

Result<void> wait_until_off(Context& context, const GuestOptions& options, const OpenGuest& guest) {
  return wait_for(context, options.timeout, guest.state.name + " to shut down", [&]() -> Result<bool> {
    GPUPASS_TRY_ASSIGN(const auto state, guest.hypervisor->domain(guest.state.name));
    return !state.running;
  });
}

}  // namespace

Result<int> guest_stop(Context& context, const std::vector<std::string>& arguments) {
  GPUPASS_TRY_ASSIGN(const auto values, parse(context, syntax(), arguments));
  if (!values) return 0;
  GPUPASS_TRY_ASSIGN(const auto options, guest_options_of(context, *values));
  GPUPASS_TRY_ASSIGN(const auto guest, open_guest(context, options));
  if (guest.state.running) {
    GPUPASS_TRY(guest.hypervisor->request_shutdown(guest.state.name));
    auto off = wait_until_off(context, options, guest);
    if (!off && off.error().kind == ErrorKind::timeout && values->count("force") > 0) {
      off = guest.hypervisor->destroy(guest.state.name);
    } else if (!off && off.error().kind == ErrorKind::timeout) {
      off.error().hint = "it may still do so; --force ends it as a power cut would";
    }
    GPUPASS_TRY(off);
  }
  context.terminal.out << fmt::format("{} is off\n", guest.state.name);
  return 0;
}

}  // namespace gpupass::cli
