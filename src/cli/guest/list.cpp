// SPDX-License-Identifier: GPL-2.0-or-later
// `gpupass guest list`.
#include <algorithm>
#include <iterator>
#include <ostream>

#include "cli/guest/guest.hpp"
#include "gpupass/core/json.hpp"
#include "gpupass/core/text.hpp"
#include "gpupass/report/table.hpp"

namespace gpupass::cli {
namespace {

struct Options {
  GuestOptions guests{.vm = {}, .timeout = std::chrono::seconds(60)};
  Format format = Format::text;
};

Syntax syntax(const Context& context, Options& options) {
  Syntax syntax("gpupass guest list [options]",
                "Shows the guests that gpupass made, and what devices of the host they have.");
  add_guest_options(syntax, context, options.guests);
  add_format(syntax, options.format);
  return syntax;
}

core::Json to_json(const DomainDevice& device) {
  return {{"way", element_of(device.way)},
          {"function", core::text_or_null(device.function ? to_string(*device.function) : "")},
          {"mediated", core::text_or_null(device.mediated)},
          {"network", core::text_or_null(device.network)}};
}

core::Json to_json(const run::ListedGuest& row) {
  auto functions = core::Json::array();
  auto devices = core::Json::array();
  for (const auto& device : row.devices) {
    devices.push_back(to_json(device));
    if (device.function) functions.push_back(to_string(*device.function));
  }
  return {{"name", row.state.name}, {"running", row.state.running}, {"profile", row.mark.profile},
          {"functions", functions}, {"devices", devices},           {"files", row.mark.files}};
}

}  // namespace

Result<int> guest_list(Context& context, const std::vector<std::string>& arguments) {
  Options options;
  GPUPASS_TRY_ASSIGN(const bool go, parse(context, syntax(context, options), arguments));
  if (!go) return 0;
  GPUPASS_TRY_ASSIGN(const auto hypervisor, context.connect(options.guests.uri, options.guests.timeout));
  GPUPASS_TRY_ASSIGN(const auto rows, run::guests(*hypervisor));
  auto& out = context.terminal.out;
  if (options.format == Format::json) {
    auto guests = core::Json::array();
    for (const auto& row : rows) guests.push_back(to_json(row));
    out << core::Json{{"schema", "gpupass.guests/1"}, {"guests", guests}}.dump(2) << "\n";
    return 0;
  }
  if (rows.empty()) out << "There is no guest that gpupass made. `gpupass guest create` makes one.\n";
  report::Table table({"GUEST", "STATE", "PROFILE", "DEVICES"});
  for (const auto& row : rows) {
    std::vector<std::string> devices;
    std::ranges::transform(row.devices, std::back_inserter(devices),
                           [](const DomainDevice& device) { return describe(device); });
    table.add(
        {row.state.name, row.state.running ? "running" : "off", row.mark.profile, core::enumerate(devices)});
  }
  out << table.text(context.terminal.columns, context.terminal.colour);
  return 0;
}

}  // namespace gpupass::cli
