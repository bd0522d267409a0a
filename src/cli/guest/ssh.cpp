// SPDX-License-Identifier: GPL-2.0-or-later
// `gpupass guest ssh VM [-- COMMAND…]`.
#include "cli/guest/guest.hpp"
#include "gpupass/sys/terminal.hpp"

namespace gpupass::cli {
namespace {

struct GuestSshOptions {
  GuestOptions guest{.vm = {}, .timeout = std::chrono::seconds(300)};
  run::Login login;
};

Syntax syntax(const Context& context, GuestSshOptions& options) {
  Syntax syntax("gpupass guest ssh VM [options] [-- COMMAND…]",
                "Logs in to a guest, or runs COMMAND there, once it has an address. ssh's exit status is the "
                "command's.");
  add_login_options(syntax, options.login);
  add_guest(syntax, context, options.guest);
  return syntax;
}

}  // namespace

Result<int> guest_ssh(Context& context, const std::vector<std::string>& arguments) {
  const auto [ours, command] = split_words(arguments);
  GuestSshOptions options;
  GPUPASS_TRY_ASSIGN(const bool go, parse(context, syntax(context, options), ours));
  if (!go) return 0;
  GPUPASS_TRY(context.host.changeable());
  const auto choice = options.guest.choice();
  GPUPASS_TRY_ASSIGN(const auto guest, run::open_guest(context, choice));
  GPUPASS_TRY_ASSIGN(const auto address, run::reach(choice, guest));
  auto argv = run::ssh_words(options.login, address);
  argv.insert(argv.end(), command.begin(), command.end());
  return Failure(context.host.become(argv));
}

}  // namespace gpupass::cli
