// SPDX-License-Identifier: GPL-2.0-or-later
// `gpupass guest ssh VM [-- COMMAND…]`.
#include "cli/guest/reach.hpp"
#include "gpupass/sys/terminal.hpp"

namespace gpupass::cli {
namespace {

Syntax syntax() {
  Syntax syntax{"gpupass guest ssh VM [options] [-- COMMAND…]",
                "Logs in to a guest, or runs COMMAND there, once it has an address. ssh's exit status is the "
                "command's.",
                {},
                {{"vm", 1}}};
  add_login_options(syntax.options);
  add_guest_options(syntax.options, 300);
  return syntax;
}

}  // namespace

Result<int> guest_ssh(Context& context, const std::vector<std::string>& arguments) {
  const auto [ours, command] = split_words(arguments);
  GPUPASS_TRY_ASSIGN(const auto values, parse(context, syntax(), ours));
  if (!values) return 0;
  GPUPASS_TRY(context.host.changeable());
  GPUPASS_TRY_ASSIGN(const auto options, guest_options_of(context, *values));
  GPUPASS_TRY_ASSIGN(const auto guest, open_guest(context, options));
  GPUPASS_TRY_ASSIGN(const auto address, reach(options, guest));
  auto argv = ssh_words(login_of(*values), address);
  argv.insert(argv.end(), command.begin(), command.end());
  return Failure(context.host.become(argv));
}

}  // namespace gpupass::cli
