// SPDX-License-Identifier: GPL-2.0-or-later
// `gpupass container flags`: cards in the words of an engine that reads no CDI file.
#include <ostream>

#include "cli/container/container.hpp"
#include "cli/teller.hpp"
#include "gpupass/session/container.hpp"

namespace gpupass::cli {
namespace {

struct ContainerFlagsOptions {
  session::Selection what;
  std::string engine;
};

Syntax syntax(ContainerFlagsOptions& options) {
  Syntax syntax("gpupass container flags SELECTOR… --engine ENGINE",
                "Prints what gives cards to a container of an engine without CDI: options for\n"
                "$(…) on its command line, a file with a service `card` that others extend\n"
                "(compose), lines for a container's configuration (lxc), or elements for its\n"
                "XML (libvirt-lxc). ENGINE is docker, podman, compose, lxc, libvirt-lxc or\n"
                "systemd-nspawn. Nothing is changed.");
  syntax.positional("selector", options.what.selectors);
  syntax.option("engine", options.engine, "ENGINE", "the engine that is to use them");
  return syntax;
}

}  // namespace

Result<int> container_flags(Context& context, const std::vector<std::string>& arguments) {
  ContainerFlagsOptions options;
  GPUPASS_TRY_ASSIGN(const bool go, parse(context, syntax(options), arguments));
  if (!go) return 0;
  GPUPASS_TRY_ASSIGN(const auto engine, session::engine_named(options.engine));
  GPUPASS_TRY(require_some(options.what));
  Quiet quiet(context.terminal);
  GPUPASS_TRY_ASSIGN(const auto text, session::container_flags(context, quiet, options.what, engine));
  context.terminal.out << text;
  return 0;
}

}  // namespace gpupass::cli
