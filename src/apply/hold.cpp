// SPDX-License-Identifier: GPL-2.0-or-later
#include "gpupass/hold.hpp"

#include <fmt/format.h>

#include "core/json.hpp"
#include "sys/durable_file.hpp"

namespace gpupass {
namespace {

constexpr const char* k_folder = "/var/lib/gpupass/holds";

std::string path_of(const PciAddress& device) {
  return fmt::format("{}/{}.json", k_folder, to_string(device));
}

}  // namespace

std::string to_json(const Hold& hold) {
  return core::Json{{"schema", "gpupass.hold/1"},
                    {"device", to_string(hold.device)},
                    {"vendor", hold.vendor},
                    {"device_id", hold.device_id},
                    {"original_driver", hold.original_driver},
                    {"original_override", hold.original_override},
                    {"bound", hold.bound},
                    {"domain", hold.domain},
                    {"uri", hold.uri},
                    {"since", hold.since},
                    {"boot_id", hold.boot_id}}
      .dump();
}

Result<Hold> hold_from_json(const std::string& text) {
  return core::take_from_json("hold", [&] {
    const auto json = core::Json::parse(text);
    Hold hold;
    hold.device = core::address_from_json(json.at("device"));
    hold.vendor = json.at("vendor");
    hold.device_id = json.at("device_id");
    hold.original_driver = json.at("original_driver");
    hold.original_override = json.at("original_override");
    hold.bound = json.at("bound");
    hold.domain = json.at("domain");
    hold.uri = json.at("uri");
    hold.since = json.at("since");
    hold.boot_id = json.at("boot_id");
    return hold;
  });
}

Result<std::optional<Hold>> load_hold(const Host& host, const PciAddress& device) {
  const auto path = path_of(device);
  const auto text = host.read(path);
  if (!text && text.error().kind == ErrorKind::not_found) return std::optional<Hold>();
  if (!text) return Failure(text.error());
  auto hold = hold_from_json(*text);
  if (!hold) return within(path, hold.error());
  return std::optional(*std::move(hold));
}

Result<std::vector<Hold>> load_holds(const Host& host) {
  std::vector<Hold> holds;
  const auto names = host.list(k_folder);
  if (!names && names.error().kind == ErrorKind::not_found) return holds;
  if (!names) return Failure(names.error());
  for (const auto& name : *names) {
    const auto device = parse_pci_address(std::string_view(name).substr(0, name.rfind(".json")));
    if (!device || !name.ends_with(".json")) continue;  // a temporary file that a power cut left
    GPUPASS_TRY_ASSIGN(auto hold, load_hold(host, *device));
    if (hold) holds.push_back(*std::move(hold));
  }
  return holds;
}

Result<void> save_hold(const Host& host, const Hold& hold) {
  return sys::write_durably(host.at(path_of(hold.device)), to_json(hold) + "\n");
}

Result<void> remove_hold(const Host& host, const PciAddress& device) {
  return sys::remove_durably(host.at(path_of(device)));
}

}  // namespace gpupass
