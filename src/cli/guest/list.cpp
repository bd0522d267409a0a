// SPDX-License-Identifier: GPL-2.0-or-later
// `gpupass guest list`.
#include <ostream>

#include "cli/change.hpp"
#include "cli/guest/guest.hpp"
#include "core/json.hpp"
#include "report/table.hpp"

namespace gpupass::cli {
namespace {

struct Row {
  DomainState state;
  GuestMark mark;
  Functions functions;
};

Syntax syntax() {
  Syntax syntax{"gpupass guest list [options]",
                "Shows the guests that gpupass made, and what cards they have.",
                {},
                {}};
  add_guest_options(syntax.options, 60);
  add_format(syntax.options);
  return syntax;
}

/// A domain that went away since it was listed, or is nobody's business of ours, is passed over.
Result<std::vector<Row>> rows_of(Hypervisor& hypervisor) {
  GPUPASS_TRY_ASSIGN(const auto domains, hypervisor.domains());
  std::vector<Row> rows;
  for (const auto& state : domains) {
    const auto xml = hypervisor.xml(state.name, DomainView::config);
    if (!xml) continue;
    auto mark = guest_mark(*xml);
    if (!mark || !*mark) continue;
    rows.push_back({state, **std::move(mark), hostdev_functions(*xml).value_or(Functions{})});
  }
  return rows;
}

core::Json to_json(const Row& row) {
  auto functions = core::Json::array();
  for (const auto& function : row.functions) functions.push_back(to_string(function));
  return {{"name", row.state.name},
          {"running", row.state.running},
          {"profile", row.mark.profile},
          {"functions", functions},
          {"files", row.mark.files}};
}

}  // namespace

Result<int> guest_list(Context& context, const std::vector<std::string>& arguments) {
  GPUPASS_TRY_ASSIGN(const auto values, parse(context, syntax(), arguments));
  if (!values) return 0;
  GPUPASS_TRY_ASSIGN(const auto format, format_of(*values));
  GPUPASS_TRY_ASSIGN(const auto timeout, timeout_of(*values));
  GPUPASS_TRY_ASSIGN(const auto hypervisor, context.connect(uri_of(context, *values), timeout));
  GPUPASS_TRY_ASSIGN(const auto rows, rows_of(*hypervisor));
  auto& out = context.terminal.out;
  if (format == Format::json) {
    auto guests = core::Json::array();
    for (const auto& row : rows) guests.push_back(to_json(row));
    out << core::Json{{"schema", "gpupass.guests/1"}, {"guests", guests}}.dump(2) << "\n";
    return 0;
  }
  if (rows.empty()) out << "There is no guest that gpupass made. `gpupass guest create` makes one.\n";
  report::Table table({"GUEST", "STATE", "PROFILE", "CARDS"});
  for (const auto& row : rows) {
    table.add(
        {row.state.name, row.state.running ? "running" : "off", row.mark.profile, names(row.functions)});
  }
  out << table.text(context.terminal.columns, context.terminal.colour);
  return 0;
}

}  // namespace gpupass::cli
