// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/persist.hpp"

#include <fmt/format.h>

#include <ostream>

#include "gpupass/report/remaining.hpp"
#include "gpupass/session/remaining.hpp"

namespace gpupass::cli {
namespace {

/// What came of it; `command` is what does the rest.
Result<int> tell(Context& context, Teller& teller, Format format, const Done& done, std::string command) {
  teller.tell(done);
  for (const auto& device : done.plan.devices) command += " " + to_string(device);
  if (format == Format::json) return 0;
  GPUPASS_TRY_ASSIGN(const auto steps, session::remaining(context, done.outcome.remaining));
  context.terminal.out << report::remaining_text(steps, command);
  return 0;
}

Result<void> check(const PersistOptions& options) {
  if (options.persist || (!options.apply && !options.now)) return {};
  return fail(ErrorKind::usage, fmt::format("--{} goes with --persist", options.apply ? "apply" : "now"),
              "without --persist devices are bound now, and nothing of the boot is changed");
}

}  // namespace

void add_persist_options(Syntax& syntax, PersistOptions& to) {
  syntax.flag("persist", to.persist, "at the boots to come");
  syntax.flag("apply", to.apply,
              "with --persist: change the host's own files, too, and run what makes its initramfs "
              "and boot menu");
  syntax.then([&to] { return check(to); });
}

Result<int> bind_at_boot(Context& context, const ChangeOptions& options,
                         const session::BindAtBootRequest& request) {
  Teller teller(context.terminal, options);
  GPUPASS_TRY_ASSIGN(const auto done, session::bind_at_boot(context, teller.manner(), request));
  return tell(context, teller, options.format, done,
              request.now ? "gpupass bind --persist --now" : "gpupass bind --persist");
}

Result<int> unbind_at_boot(Context& context, const ChangeOptions& options,
                           const session::UnbindAtBootRequest& request) {
  Teller teller(context.terminal, options);
  GPUPASS_TRY_ASSIGN(const auto done, session::unbind_at_boot(context, teller.manner(), request));
  return tell(context, teller, options.format, done, "gpupass unbind --persist");
}

}  // namespace gpupass::cli
