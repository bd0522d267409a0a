// SPDX-License-Identifier: GPL-2.0-or-later
#include "gpupass/hold.hpp"

#include <fmt/format.h>

#include "gpupass/holds.hpp"

namespace gpupass {
namespace {

constexpr const char* k_holds = "/var/lib/gpupass/holds";

std::string path_of(const DeviceName& device) {
  return fmt::format("{}/{}.json", k_holds, to_string(device));
}

}  // namespace

Result<std::optional<Hold>> load_hold(const Host& host, const DeviceName& device) {
  const auto path = path_of(device);
  const auto text = host.read(path);
  if (!text && text.error().kind == ErrorKind::not_found) return std::optional<Hold>();
  const auto unreadable = [&](Error error) {
    return damaged(std::move(error),
                   fmt::format("then `gpupass bind {} --driver NAME` returns the device to its driver",
                               to_string(device)));
  };
  if (!text) return unreadable(text.error());
  auto hold = hold_from_json(*text);
  if (!hold) return unreadable(within(path, hold.error()).value());
  if (hold->device != device)
    return unreadable(
        {ErrorKind::invalid, fmt::format("{}: describes {}", path, to_string(hold->device)), "", {}, {}});
  return std::optional(*std::move(hold));
}

Result<Records<Hold>> read_holds(const Host& host) {
  return load_records<Hold>(host, k_holds, [&](const std::string& name) -> Result<std::optional<Hold>> {
    const auto device = parse_device_name(name);
    return device ? load_hold(host, *device) : std::optional<Hold>();
  });
}

Result<std::vector<Hold>> load_holds(const Host& host) {
  GPUPASS_TRY_ASSIGN(auto records, read_holds(host));
  return std::move(records.readable);
}

Result<void> save_hold(Host& host, const Hold& hold) {
  return write_record(host, path_of(hold.device), to_json(hold));
}

Result<void> remove_hold(Host& host, const DeviceName& device) {
  return host.remove_file(path_of(device));
}

}  // namespace gpupass
