// SPDX-License-Identifier: GPL-2.0-or-later
// `gpupass guest delete VM`: removes what `create` made.

#include "cli/guest/guest.hpp"
#include "gpupass/run/remove.hpp"

namespace gpupass::cli {
namespace {

struct GuestDeleteOptions {
  GuestOptions guest{.vm = {}, .timeout = std::chrono::seconds(60)};
  bool dry_run = false;
  bool yes = false;
};

Syntax syntax(const Context& context, GuestDeleteOptions& options) {
  Syntax syntax(
      "gpupass guest delete VM [options]",
      "Returns a guest's card to its driver, undefines the guest, and removes the disk and the seed that\n"
      "gpupass made for it. The image below that disk stays.");
  syntax.flag("dry-run,n", options.dry_run, "print what would be done, and change nothing");
  syntax.flag("yes,y", options.yes, "do not ask");
  add_guest(syntax, context, options.guest);
  return syntax;
}

}  // namespace

Result<int> guest_delete(Context& context, const std::vector<std::string>& arguments) {
  GuestDeleteOptions options;
  GPUPASS_TRY_ASSIGN(const bool go, parse(context, syntax(context, options), arguments));
  if (!go) return 0;
  const auto& guest = options.guest;
  Teller teller(context.terminal, {.dry_run = options.dry_run, .yes = options.yes, .timeout = guest.timeout},
                guest.connection);
  GPUPASS_TRY_ASSIGN(const auto done, run::remove(context, teller.manner(), guest.choice()));
  return teller.tell(done);
}

}  // namespace gpupass::cli
