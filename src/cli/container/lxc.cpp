// SPDX-License-Identifier: GPL-2.0-or-later
// `gpupass container attach` and `detach`: cards in the configuration of a container of LXC.
#include "gpupass/session/lxc.hpp"
#include "cli/container/container.hpp"
#include "cli/options.hpp"
#include "cli/teller.hpp"

namespace gpupass::cli {
namespace {

struct ContainerLxcOptions {
  std::string container;  // "lxc:web"
  session::Selection what;
  ChangeOptions change;
};

Syntax syntax_of_attach(ContainerLxcOptions& options) {
  Syntax syntax("gpupass container attach lxc:NAME SELECTOR… [options]",
                "Assigns cards to an LXC container: writes their nodes, their numbers and the\n"
                "driver's files into /var/lib/lxc/NAME/config, between two lines that mark\n"
                "them. No other line is changed. The container must be off.");
  syntax.positional("container", options.container);
  syntax.positional("selector", options.what.selectors);
  add_change_options(syntax, options.change);
  return syntax;
}

Syntax syntax_of_detach(ContainerLxcOptions& options) {
  Syntax syntax("gpupass container detach lxc:NAME [SELECTOR…] [options]",
                "Removes what `gpupass container attach` wrote into a container's\n"
                "configuration: for the cards that are named, or else for all. No other line\n"
                "is changed. A running container keeps what it has until it ends.");
  syntax.positional("container", options.container);
  syntax.positional("selector", options.what.selectors);
  add_change_options(syntax, options.change);
  return syntax;
}

}  // namespace

Result<int> container_attach(Context& context, const std::vector<std::string>& arguments) {
  ContainerLxcOptions options;
  GPUPASS_TRY_ASSIGN(const bool go, parse(context, syntax_of_attach(options), arguments));
  if (!go) return 0;
  GPUPASS_TRY_ASSIGN(const auto name, session::lxc_name(options.container));
  GPUPASS_TRY(require_some(options.what, "gpupass container attach lxc:NAME SELECTOR…"));
  Teller teller(context.terminal, options.change);
  GPUPASS_TRY_ASSIGN(const auto done, session::attach_to_lxc(context, teller.manner(), name, options.what));
  return teller.tell(done);
}

Result<int> container_detach(Context& context, const std::vector<std::string>& arguments) {
  ContainerLxcOptions options;
  GPUPASS_TRY_ASSIGN(const bool go, parse(context, syntax_of_detach(options), arguments));
  if (!go) return 0;
  GPUPASS_TRY_ASSIGN(const auto name, session::lxc_name(options.container));
  Teller teller(context.terminal, options.change);
  GPUPASS_TRY_ASSIGN(const auto done,
                     session::detach_from_lxc(context, teller.manner(), name, options.what.selectors));
  return teller.tell(done);
}

}  // namespace gpupass::cli
