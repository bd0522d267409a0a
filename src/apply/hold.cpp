// SPDX-License-Identifier: GPL-2.0-or-later
#include "gpupass/hold.hpp"

#include <fmt/format.h>

#include "gpupass/holds.hpp"

namespace gpupass {
namespace {

constexpr const char* k_folder = "/var/lib/gpupass/holds";
// Nothing in it is secret, and a dry run of an ordinary user goes by it.
constexpr mode_t k_for_all = 0644;

std::string path_of(const PciAddress& device) {
  return fmt::format("{}/{}.json", k_folder, to_string(device));
}

}  // namespace

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

Result<void> save_hold(Host& host, const Hold& hold) {
  return host.write_file(path_of(hold.device), to_json(hold) + "\n", k_for_all);
}

Result<void> remove_hold(Host& host, const PciAddress& device) {
  return host.remove_file(path_of(device));
}

}  // namespace gpupass
