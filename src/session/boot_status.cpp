// SPDX-License-Identifier: GPL-2.0-or-later
#include "gpupass/session/boot_status.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "gpupass/core/sysfs.hpp"
#include "gpupass/core/text.hpp"
#include "gpupass/discover/discover.hpp"
#include "gpupass/inventory.hpp"
#include "gpupass/session/at_boot.hpp"

namespace gpupass::session {
namespace {

struct BootOutcome {
  std::string_view word;  // as scripts/boot/boot-bind writes it
  std::string_view meaning;
};
constexpr std::array k_outcomes = {
    BootOutcome{"bound", "bound at this boot"},
    BootOutcome{"reserved", "NOT bound at this boot: kept from other drivers, and vfio-pci did not take it"},
    BootOutcome{"late", "NOT bound at this boot: {} took it first"},
    BootOutcome{"other", "NOT bound at this boot: another device is at this address"},
    BootOutcome{"absent", "NOT bound at this boot: nothing is at this address"},
    BootOutcome{"off", "not bound at this boot: gpupass.bind=off"},
};

std::string meaning_of(const std::string& outcome) {
  const auto words = core::words(outcome);
  for (const auto& row : k_outcomes) {
    if (words.empty() || words.front() != row.word) continue;
    return fmt::format(fmt::runtime(row.meaning), words.size() > 1 ? words[1] : "a driver");
  }
  return "at this boot: " + outcome;
}

std::string state_of(const Host& host, const BootBinding& binding, bool set_up) {
  if (!set_up) {
    return fmt::format("recorded only; `gpupass bind --persist --apply {}` sets it up",
                       to_string(binding.device));
  }
  if (const auto outcome = boot_outcome(host, binding.device)) return meaning_of(*outcome);
  const bool this_boot = host.attribute("/proc/sys/kernel/random/boot_id") == binding.boot_id;
  return this_boot ? "from the next boot on"
                   : "NOT bound at this boot: nothing ran (`systemctl status gpupass-boot` says why)";
}

BoundAtBoot row_of(const Host& host, const PciAddress& device) {
  BoundAtBoot row;
  row.device = device;
  row.driver = host.link_name(sysfs::pci_device(device, "driver")).value_or("");
  row.honoured = boot_outcome(host, device) == "bound";
  return row;
}

}  // namespace

Result<std::vector<BoundAtBoot>> bound_at_boot(const Host& host) {
  GPUPASS_TRY_ASSIGN(const auto records, read_boot_bindings(host));
  const auto& bindings = records.readable;
  auto listed = listed_for_boot(host);
  Inventory inventory;
  if (!bindings.empty()) {
    GPUPASS_TRY_ASSIGN(inventory, discover::read_inventory(host, {.holders = false}));
  }
  std::map<PciAddress, BoundAtBoot> rows;
  for (const auto& binding : bindings) {
    auto row = row_of(host, binding.device);
    const auto found = listed.find(binding.device);
    row.set_up = found != listed.end() && found->second == identity_of(binding);
    row.ids = ids_text(binding);
    row.state = state_of(host, binding, row.set_up);
    const auto elsewhere = displacement(inventory, binding);
    row.there = elsewhere.empty();
    if (!row.there) row.state += fmt::format("; {}; {}", elsewhere, mending(inventory, binding));
    rows.emplace(binding.device, std::move(row));
  }
  for (const auto& [device, identity] : listed) {
    if (rows.contains(device)) continue;
    auto row = row_of(host, device);
    row.set_up = true;
    if (const auto known = listed_binding(device, identity); !known.device_id.empty())
      row.ids = ids_text(known);
    const bool unreadable =
        std::ranges::count(records.unreadable, to_string(device), &UnreadableRecord::of) > 0;
    row.state =
        unreadable ? "set up; its record cannot be read"
                   : fmt::format("forgotten, and still set up; `gpupass unbind --persist --apply {}` ends it",
                                 to_string(device));
    rows.emplace(device, std::move(row));
  }
  std::vector<BoundAtBoot> all;
  all.reserve(rows.size());
  for (auto& [device, row] : rows) all.push_back(std::move(row));
  return all;
}

}  // namespace gpupass::session
