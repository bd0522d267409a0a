// SPDX-License-Identifier: GPL-2.0-or-later
// gpupass groups: what must go to a guest together.
#include <set>

#include "cli/print.hpp"
#include "gpupass/discover/discover.hpp"
#include "gpupass/judge/group_view.hpp"
#include "gpupass/report/device_text.hpp"
#include "gpupass/report/groups.hpp"
#include "gpupass/session/session.hpp"

namespace gpupass::cli {
namespace {

struct GroupsOptions {
  std::vector<Selector> selectors;
  bool all = false;
  Format format = Format::text;
};

Syntax syntax(GroupsOptions& options) {
  Syntax syntax(
      "gpupass groups [SELECTOR…] [options]",
      "Shows the IOMMU groups of GPUs, or of what SELECTORs name, and for each whether the card in it can "
      "be\n"
      "passed through, or which member is in the way. Exit status 1 when one cannot.");
  syntax.positional("selector", options.selectors);
  syntax.flag("all", options.all, "show every group");
  add_format(syntax, options.format);
  return syntax;
}

}  // namespace

Result<int> groups(Context& context, const std::vector<std::string>& arguments) {
  GroupsOptions options;
  GPUPASS_TRY_ASSIGN(const bool go, parse(context, syntax(options), arguments));
  if (!go) return 0;
  const auto& terminal = context.terminal;
  GPUPASS_TRY_ASSIGN(const auto inventory, discover::read_inventory(context.host, {.holders = false}));
  GPUPASS_TRY_ASSIGN(const auto functions, session::named_or_graphics(inventory, options.selectors));
  const std::set<PciAddress> wanted(functions.begin(), functions.end());
  const auto views = judge::group_views(inventory, wanted, options.all);
  print(
      context.terminal, options.format, [&] { return report::groups_json(views, inventory); },
      [&] { return report::groups_text(views, inventory, wanted, terminal.columns, terminal.colour); },
      report::problems_text(inventory.problems));
  return judge::all_can_pass(inventory, wanted, views) ? 0 : 1;
}

}  // namespace gpupass::cli
