// SPDX-License-Identifier: GPL-2.0-or-later
// gpupass list: the devices.
#include <ostream>

#include "cli/teller.hpp"
#include "gpupass/discover/discover.hpp"
#include "gpupass/report/device_text.hpp"
#include "gpupass/report/inventory_json.hpp"
#include "gpupass/session/libvirt_now.hpp"
#include "gpupass/session/session.hpp"

namespace gpupass::cli {
namespace {

struct ListOptions {
  std::vector<Selector> selectors;
  bool all = false;
  std::string connection;  // that --connect names
  Format format = Format::text;
};

Syntax syntax(ListOptions& options) {
  Syntax syntax("gpupass list [SELECTOR…] [options]",
                "Shows graphics cards with their companion functions, or what SELECTORs mean\n"
                "to every command: an address (0000:01:00.0, 01:00.0), which for a graphics\n"
                "card includes its companions; a slot (01:00); a libvirt name\n"
                "(pci_0000_01_00_0); ids (10de:2330); a part of a name that only one device\n"
                "has (3090).");
  syntax.positional("selector", options.selectors);
  syntax.flag("all", options.all, "show every PCI function");
  add_connect(syntax, options.connection);
  add_format(syntax, options.format);
  return syntax;
}

}  // namespace

Result<int> list(Context& context, const std::vector<std::string>& arguments) {
  ListOptions options;
  GPUPASS_TRY_ASSIGN(const bool go, parse(context, syntax(options), arguments));
  if (!go) return 0;
  auto& terminal = context.terminal;
  const bool json = options.format == Format::json;
  // The table has no holders, and looking into every process takes time.
  GPUPASS_TRY_ASSIGN(const auto inventory, discover::read_inventory(context.host, {.holders = json}));
  GPUPASS_TRY_ASSIGN(const auto shown, session::devices_shown(inventory, options.selectors, options.all));
  Quiet quiet(terminal);
  const auto libvirt = session::libvirt_now(context, quiet, options.connection);
  auto domains = assignments(libvirt, context.host, inventory);
  if (json) {
    report::write_list(terminal.out, inventory, shown, {answers(libvirt), std::move(domains)});
  } else {
    terminal.out << report::list_text(inventory, shown, domains, terminal.columns, terminal.colour);
    terminal.err << report::problems_text(inventory.problems);
  }
  return 0;
}

}  // namespace gpupass::cli
