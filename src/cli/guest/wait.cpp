// SPDX-License-Identifier: GPL-2.0-or-later
// `gpupass guest wait VM`: until its first start is done, which is later than the first answer: packages and
// drivers are installed long after a login is possible.
#include <fmt/format.h>

#include <ostream>

#include "cli/guest/guest.hpp"

namespace gpupass::cli {
namespace {

struct GuestWaitOptions {
  GuestOptions guest{.vm = {}, .timeout = std::chrono::seconds(1800)};
  run::Login login;
  std::string what = "ready";
};

Syntax syntax(const Context& context, GuestWaitOptions& options) {
  Syntax syntax(
      "gpupass guest wait VM [options]",
      "Waits until a running guest has an address (from its agent or a lease of libvirt's network) and\n"
      "cloud-init says over ssh that the first start is finished; then prints the address. It is an error\n"
      "if the first start failed.");
  syntax.option("for", options.what, "WHAT", "ready, or address: do not ask cloud-init");
  add_login_options(syntax, options.login);
  add_guest(syntax, context, options.guest);
  return syntax;
}

}  // namespace

Result<int> guest_wait(Context& context, const std::vector<std::string>& arguments) {
  GuestWaitOptions options;
  GPUPASS_TRY_ASSIGN(const bool go, parse(context, syntax(context, options), arguments));
  if (!go) return 0;
  const auto& what = options.what;
  GPUPASS_TRY(context.host.changeable());
  if (what != "ready" && what != "address")
    return fail(ErrorKind::usage, fmt::format("--for {}: gpupass cannot wait for that", what),
                "ready or address");
  const auto choice = options.guest.choice();
  GPUPASS_TRY_ASSIGN(const auto guest, run::open_guest(context, choice));
  GPUPASS_TRY_ASSIGN(const auto address, run::reach(choice, guest));
  Teller teller(context.terminal, {}, options.guest.connection);
  if (what == "ready")
    GPUPASS_TRY(run::wait_until_ready(context, teller, choice, guest.state.name, address, options.login));
  context.terminal.out << address << "\n";
  return 0;
}

}  // namespace gpupass::cli
