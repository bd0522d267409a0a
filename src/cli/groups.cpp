// SPDX-License-Identifier: GPL-2.0-or-later
// gpupass groups: what must go to a guest together.
#include <ostream>
#include <set>

#include "cli/options.hpp"
#include "gpupass/discover.hpp"
#include "gpupass/judge/group_view.hpp"
#include "gpupass/report/device_text.hpp"
#include "gpupass/report/groups.hpp"
#include "gpupass/session/session.hpp"

namespace gpupass::cli {
namespace {

using rules::GroupView;

struct Options {
  std::vector<Selector> selectors;
  bool all = false;
  Format format = Format::text;
};

Syntax syntax(Options& options) {
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

using Functions = std::set<PciAddress>;

/// Wanted functions that are in no group although there are groups.
std::string ungrouped_text(const Inventory& inventory, const Functions& wanted) {
  std::string text;
  for (const auto& function : wanted) {
    if (inventory.find(function)->iommu_group) continue;
    text +=
        to_string(function) + " is in no IOMMU group: no IOMMU covers it, and it cannot be passed through.\n";
  }
  return text;
}

void print(Terminal& terminal, const Inventory& inventory, const std::vector<GroupView>& views,
           const Functions& wanted) {
  const auto reason = report::no_groups_text(inventory.iommu);
  if (!reason.empty()) {
    terminal.out << reason << "\n";
  } else if (views.empty() && wanted.empty()) {
    terminal.out << "There is no GPU. `gpupass groups --all` shows every group.\n";
  } else {
    if (!views.empty()) terminal.out << report::groups_text(views, terminal.columns, terminal.colour);
    terminal.out << ungrouped_text(inventory, wanted);
  }
  terminal.err << report::problems_text(inventory.problems);
}

}  // namespace

Result<int> groups(Context& context, const std::vector<std::string>& arguments) {
  Options options;
  GPUPASS_TRY_ASSIGN(const bool go, parse(context, syntax(options), arguments));
  if (!go) return 0;
  GPUPASS_TRY_ASSIGN(const auto inventory, discover(context.host, {.holders = false}));
  GPUPASS_TRY_ASSIGN(const auto functions, session::named_or_graphics(inventory, options.selectors));
  const Functions wanted(functions.begin(), functions.end());
  const auto views = rules::group_views(inventory, wanted, options.all);
  if (options.format == Format::json) {
    context.terminal.out << report::groups_json(views, inventory).dump(2) << "\n";
  } else {
    print(context.terminal, inventory, views, wanted);
  }
  return rules::all_can_pass(inventory, wanted, views) ? 0 : 1;
}

}  // namespace gpupass::cli
