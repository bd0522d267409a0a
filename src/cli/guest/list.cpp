// SPDX-License-Identifier: GPL-2.0-or-later
// `gpupass guest list`.
#include <algorithm>
#include <iterator>
#include <ostream>

#include "cli/guest/guest.hpp"
#include "gpupass/core/json.hpp"
#include "gpupass/core/text.hpp"
#include "gpupass/report/table.hpp"
#include "gpupass/session/domain_uses.hpp"

namespace gpupass::cli {
namespace {

struct Row {
  DomainState state;
  GuestMark mark;
  std::vector<DomainDevice> devices;
};

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

/// In its configuration, and what it has besides while it runs. None where its XML is odd.
std::vector<DomainDevice> devices_of(Hypervisor& hypervisor, const DomainState& state,
                                     const std::string& config_xml) {
  auto devices = session::devices_in(hypervisor, config_xml).value_or(std::vector<DomainDevice>{});
  const auto live = state.running ? hypervisor.xml(state.name, DomainView::live) : Result<std::string>();
  if (!state.running || !live) return devices;
  for (auto& device : session::devices_in(hypervisor, *live).value_or(std::vector<DomainDevice>{})) {
    if (std::ranges::find(devices, device) == devices.end()) devices.push_back(std::move(device));
  }
  return devices;
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
    rows.push_back({state, **std::move(mark), devices_of(hypervisor, state, *xml)});
  }
  return rows;
}

core::Json to_json(const DomainDevice& device) {
  const auto word = [](const std::string& text) { return text.empty() ? core::Json() : core::Json(text); };
  return {{"way", element_of(device.way)},
          {"function", word(device.function ? to_string(*device.function) : "")},
          {"mediated", word(device.mediated)},
          {"network", word(device.network)}};
}

core::Json to_json(const Row& row) {
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
  GPUPASS_TRY_ASSIGN(const auto rows, rows_of(*hypervisor));
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
