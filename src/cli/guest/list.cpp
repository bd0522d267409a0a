// SPDX-License-Identifier: GPL-2.0-or-later
// `gpupass guest list`.
#include "cli/guest/guest.hpp"
#include "cli/print.hpp"
#include "gpupass/report/guests.hpp"

namespace gpupass::cli {
namespace {

struct GuestListOptions {
  GuestOptions guests{.vm = {}, .timeout = std::chrono::seconds(60)};
  Format format = Format::text;
};

Syntax syntax(const Context& context, GuestListOptions& options) {
  Syntax syntax("gpupass guest list [options]",
                "Shows the guests that gpupass made, and what devices of the host they have.");
  add_guest_options(syntax, context, options.guests);
  add_format(syntax, options.format);
  return syntax;
}

}  // namespace

Result<int> guest_list(Context& context, const std::vector<std::string>& arguments) {
  GuestListOptions options;
  GPUPASS_TRY_ASSIGN(const bool go, parse(context, syntax(context, options), arguments));
  if (!go) return 0;
  auto& terminal = context.terminal;
  GPUPASS_TRY_ASSIGN(const auto hypervisor, context.connect(options.guests.uri, options.guests.timeout));
  GPUPASS_TRY_ASSIGN(const auto guests, run::guests(*hypervisor));
  print(
      terminal, options.format, [&] { return report::to_json(guests); },
      [&] { return report::guests_text(guests, terminal.columns, terminal.colour); });
  return 0;
}

}  // namespace gpupass::cli
