// SPDX-License-Identifier: GPL-2.0-or-later
// `gpupass container list`: what containers can have, and what engines know of it.
#include "cli/container/container.hpp"
#include "cli/print.hpp"
#include "cli/teller.hpp"
#include "gpupass/report/containers.hpp"
#include "gpupass/report/device_text.hpp"
#include "gpupass/session/container.hpp"

namespace gpupass::cli {
namespace {

struct ContainerListOptions {
  std::vector<Selector> selectors;
  Format format = Format::text;
};

Syntax syntax(ContainerListOptions& options) {
  Syntax syntax("gpupass container list [SELECTOR…] [options]",
                "Shows which cards containers can have, their device nodes with their numbers,\n"
                "the driver's libraries, the CDI names that exist with the files that define\n"
                "them, and who uses which card.");
  syntax.positional("selector", options.selectors);
  add_format(syntax, options.format);
  return syntax;
}

}  // namespace

Result<int> container_list(Context& context, const std::vector<std::string>& arguments) {
  ContainerListOptions options;
  GPUPASS_TRY_ASSIGN(const bool go, parse(context, syntax(options), arguments));
  if (!go) return 0;
  Quiet quiet(context.terminal);
  GPUPASS_TRY_ASSIGN(const auto look, session::look_at_containers(context, quiet));
  auto& terminal = context.terminal;
  report::ContainersView view{look.inventory, look.machine, look.lxc};
  view.columns = terminal.columns;
  view.colour = terminal.colour;
  if (!options.selectors.empty()) {
    GPUPASS_TRY_ASSIGN(view.shown, session::functions_of(look.inventory, {options.selectors}));
  }
  print(
      terminal, options.format, [&] { return report::containers_json(view); },
      [&] { return report::containers_text(view); }, report::problems_text(look.inventory.problems));
  return 0;
}

}  // namespace gpupass::cli
