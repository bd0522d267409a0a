// SPDX-License-Identifier: GPL-2.0-or-later
#include "gpupass/report/guests.hpp"

#include <algorithm>
#include <iterator>

#include "gpupass/core/text.hpp"
#include "gpupass/report/table.hpp"

namespace gpupass::report {
namespace {

core::Json to_json(const DomainDevice& device) {
  return {{"way", element_of(device.way)},
          {"function", core::text_or_null(device.function ? to_string(*device.function) : "")},
          {"mediated", core::text_or_null(device.mediated)},
          {"network", core::text_or_null(device.network)}};
}

core::Json to_json(const ListedGuest& row) {
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

std::string guests_text(const std::vector<ListedGuest>& guests, int columns, bool colour) {
  if (guests.empty()) return "There is no guest that gpupass made. `gpupass guest create` makes one.\n";
  Table table({"GUEST", "STATE", "PROFILE", "DEVICES"});
  for (const auto& guest : guests) {
    std::vector<std::string> devices;
    std::ranges::transform(guest.devices, std::back_inserter(devices),
                           [](const DomainDevice& device) { return describe(device); });
    table.add({guest.state.name, guest.state.running ? "running" : "off", guest.mark.profile,
               core::enumerate(devices)});
  }
  return table.text(columns, colour);
}

core::Json to_json(const std::vector<ListedGuest>& guests) {
  auto json = core::Json::array();
  for (const auto& guest : guests) json.push_back(to_json(guest));
  return {{"schema", "gpupass.guests/1"}, {"guests", json}};
}

}  // namespace gpupass::report
