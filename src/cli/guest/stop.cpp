// SPDX-License-Identifier: GPL-2.0-or-later
// `gpupass guest stop VM`.
#include <fmt/format.h>

#include <ostream>

#include "cli/guest/guest.hpp"

namespace gpupass::cli {
namespace {

struct GuestStopOptions {
  GuestOptions guest{.vm = {}, .timeout = std::chrono::seconds(120)};
  bool force = false;
};

Syntax syntax(const Context& context, GuestStopOptions& options) {
  Syntax syntax(
      "gpupass guest stop VM [options]",
      "Asks a guest to shut down and waits until it is off. Its card stays bound for its next start;\n"
      "`gpupass detach VM --all` returns it to the host.");
  syntax.flag("force", options.force, "end it as a power cut would, if it does not shut down in time");
  add_guest(syntax, context, options.guest);
  return syntax;
}

}  // namespace

Result<int> guest_stop(Context& context, const std::vector<std::string>& arguments) {
  GuestStopOptions options;
  GPUPASS_TRY_ASSIGN(const bool go, parse(context, syntax(context, options), arguments));
  if (!go) return 0;
  GPUPASS_TRY_ASSIGN(const auto name, run::stop(context, options.guest.choice(), options.force));
  context.terminal.out << fmt::format("{} is off\n", name);
  return 0;
}

}  // namespace gpupass::cli
