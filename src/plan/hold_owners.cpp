// SPDX-License-Identifier: GPL-2.0-or-later
// Which hold is a device's, and whom it is held for.
#include <fmt/format.h>

#include <algorithm>

#include "gpupass/core/text.hpp"
#include "gpupass/hold.hpp"

namespace gpupass {
namespace {

bool is_ambiguous(const Hold& hold, const Owner& owner) {
  return std::ranges::count(hold.owners, owner.name, &Owner::name) > 1 && !owner.where.empty();
}

}  // namespace

const Hold* find_hold(const std::vector<Hold>& holds, const DeviceName& device) {
  const auto found = std::ranges::find(holds, device, &Hold::device);
  return found == holds.end() ? nullptr : &*found;
}

std::vector<std::string> owner_names(const Hold& hold) {
  std::vector<std::string> names;
  for (const auto& owner : hold.owners) {
    const auto name = tenant_of(owner.kind).called + owner.name;
    names.push_back(is_ambiguous(hold, owner) ? fmt::format("{} ({})", name, owner.where) : name);
  }
  return names;
}

bool is_for(const Hold& hold, const Owner& owner) {
  return std::ranges::count(hold.owners, owner) > 0;
}

bool is_for_domain_named(const Hold& hold, const std::string& name) {
  return std::ranges::any_of(
      hold.owners, [&](const Owner& owner) { return owner.kind == OwnerKind::domain && owner.name == name; });
}

bool is_exclusive(const Hold& hold) {
  return std::ranges::any_of(hold.owners, [](const Owner& owner) { return !tenant_of(owner.kind).shares; });
}

Hold with_owner(Hold hold, const Owner& owner) {
  if (!is_for(hold, owner)) hold.owners.push_back(owner);
  return hold;
}

Hold without_owner(Hold hold, const Owner& owner) {
  std::erase(hold.owners, owner);
  return hold;
}

Result<PciAddress> function_of(const Hold& hold) {
  if (const auto* const function = hold.device.function()) return *function;
  return fail(
      ErrorKind::unsupported,
      fmt::format("{} is a mediated device{}, and this gpupass can assign and return only PCI functions",
                  to_string(hold.device),
                  hold.owners.empty() ? "" : " of " + core::enumerate(owner_names(hold))),
      "nothing was changed; return it with the gpupass that assigned it");
}

std::string return_commands(const Hold& hold) {
  if (hold.owners.empty()) return fmt::format("`gpupass unbind {}` returns it", to_string(hold.device));
  std::vector<std::string> commands;
  for (const auto& owner : hold.owners) {
    const auto command = tenant_of(owner.kind).return_command(owner, to_string(hold.device));
    commands.push_back(
        fmt::format("`{}{}`", command, is_ambiguous(hold, owner) ? " --connect " + owner.where : ""));
  }
  return fmt::format("{} {} it", core::enumerate(commands), commands.size() == 1 ? "returns" : "return");
}

}  // namespace gpupass
