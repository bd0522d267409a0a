// SPDX-License-Identifier: GPL-2.0-or-later
// `gpupass guest stop VM`.
#include <fmt/format.h>

#include <ostream>

#include "cli/guest/guest.hpp"
#include "gpupass/sys/wait.hpp"

namespace gpupass::cli {
namespace {

struct Options {
  GuestOptions guest{.vm = {}, .timeout = std::chrono::seconds(120)};
  bool force = false;
};

Syntax syntax(const Context& context, Options& options) {
  Syntax syntax("gpupass guest stop VM [options]",
                "Asks a guest to shut down and waits until it has. Its card stays bound for its next start;\n"
                "`gpupass detach VM --all` gives it back to the host.");
  syntax.flag("force", options.force, "end it as a power cut would, if it does not shut down in time");
  add_guest(syntax, context, options.guest);
  return syntax;
}

}  // namespace

Result<void> stop_guest(Hypervisor& hypervisor, const std::string& vm, std::chrono::milliseconds timeout) {
  using Clock = std::chrono::steady_clock;
  // A guest that is still starting does not hear the first.
  constexpr auto k_ask_again = std::chrono::seconds(15);
  auto ask_at = Clock::now();
  GPUPASS_TRY_ASSIGN(const bool off,
                     sys::wait_until(timeout, std::chrono::milliseconds(200), [&]() -> Result<bool> {
                       GPUPASS_TRY_ASSIGN(const auto state, hypervisor.domain(vm));
                       if (!state.running) return true;
                       if (Clock::now() >= ask_at) {
                         GPUPASS_TRY(hypervisor.request_shutdown(vm));
                         ask_at = Clock::now() + k_ask_again;
                       }
                       return false;
                     }));
  if (off) return {};
  return fail(
      ErrorKind::timeout,
      fmt::format("{} did not shut down within {} s", vm,
                  std::chrono::duration_cast<std::chrono::seconds>(timeout).count()),
      "it may still do so; `gpupass guest stop --force` or `virsh destroy` ends it as a power cut would");
}

Result<int> guest_stop(Context& context, const std::vector<std::string>& arguments) {
  Options options;
  GPUPASS_TRY_ASSIGN(const bool go, parse(context, syntax(context, options), arguments));
  if (!go) return 0;
  GPUPASS_TRY(session::refuse_captured(context.host));
  GPUPASS_TRY_ASSIGN(const auto guest, open_guest(context, options.guest));
  if (guest.state.running) {
    auto off = stop_guest(*guest.hypervisor, guest.state.name, options.guest.timeout);
    if (!off && off.error().kind == ErrorKind::timeout && options.force)
      off = guest.hypervisor->destroy(guest.state.name);
    GPUPASS_TRY(off);
  }
  context.terminal.out << fmt::format("{} is off\n", guest.state.name);
  return 0;
}

}  // namespace gpupass::cli
