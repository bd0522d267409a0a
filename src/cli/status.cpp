// SPDX-License-Identifier: GPL-2.0-or-later
// `gpupass status`: what gpupass holds, and what was left unfinished.
#include "gpupass/session/status.hpp"

#include "cli/print.hpp"
#include "cli/teller.hpp"
#include "gpupass/report/status.hpp"
#include "gpupass/session/not_shown.hpp"

namespace gpupass::cli {
namespace {

struct StatusOptions {
  std::string connection;  // that --connect names
  Format format = Format::text;
};

Syntax syntax(StatusOptions& options) {
  Syntax syntax(
      "gpupass status [options]",
      "Shows each device that gpupass holds, the driver it had before, the domain that has it (running, off\n"
      "or gone) and since when; devices that a domain or vfio-pci has without gpupass; devices that a "
      "driver\n"
      "is still releasing; commands that did not end; and what is bound at each boot\n"
      "(`gpupass bind --persist`), and whether this boot did it.");
  add_connect(syntax, options.connection);
  add_format(syntax, options.format);
  return syntax;
}

}  // namespace

Result<int> status(Context& context, const std::vector<std::string>& arguments) {
  StatusOptions options;
  GPUPASS_TRY_ASSIGN(const bool go, parse(context, syntax(options), arguments));
  if (!go) return 0;
  auto& terminal = context.terminal;
  Quiet quiet(terminal);
  GPUPASS_TRY_ASSIGN(const auto status, session::status(context, quiet, options.connection));
  if (options.format == Format::json) {
    print(terminal, report::to_json(status));
    return 0;
  }
  terminal.out << report::status_text(status, terminal.columns, terminal.colour);
  for (const auto& record : status.unreadable) {
    if (record.why.kind == ErrorKind::denied) session::note_not_shown(quiet, record.path, record.why);
  }
  return 0;
}

}  // namespace gpupass::cli
