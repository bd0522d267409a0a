// SPDX-License-Identifier: GPL-2.0-or-later
#include "gpupass/session/held.hpp"

#include <fmt/format.h>

#include "gpupass/core/text.hpp"
#include "gpupass/holds.hpp"
#include "gpupass/report/displaced.hpp"
#include "gpupass/session/not_shown.hpp"

namespace gpupass::session {
namespace {

/// Error: not_found, if its libvirt does not know it; else that of a libvirt that does not say.
Result<DomainState> look_up(const World& world, const Owner& domain, std::chrono::milliseconds timeout) {
  auto hypervisor = world.connect(domain.where, timeout);
  if (!hypervisor) {
    hypervisor.error().kind = ErrorKind::hypervisor;  // of the domain nothing is said
    return Failure(hypervisor.error());
  }
  return (*hypervisor)->domain(domain.name);
}

template <class Load>
Result<std::vector<Hold>> holds_by(const Functions& functions, Load load) {
  std::vector<Hold> holds;
  for (const auto& function : functions) {
    GPUPASS_TRY_ASSIGN(auto hold, load(function));
    if (hold) holds.push_back(*std::move(hold));
  }
  return holds;
}

}  // namespace

Result<std::vector<Hold>> written_holds(const Host& host, const Functions& functions) {
  return holds_by(functions, [&](const PciAddress& function) { return load_hold(host, function); });
}

Result<std::vector<Hold>> written_holds(const World& world, const Manner& manner,
                                        const Functions& functions) {
  if (!manner.dry_run) return written_holds(world.host, functions);
  return holds_by(functions, [&](const PciAddress& function) {
    return if_permitted(manner.requester, "what gpupass holds of " + to_string(function),
                        load_hold(world.host, function));
  });
}

Result<std::vector<Hold>> current_holds(const World& world, const Manner& manner, const Inventory& inventory,
                                        const Functions& functions) {
  GPUPASS_TRY_ASSIGN(auto holds, written_holds(world, manner, functions));
  if (auto error = report::displaced_error(inventory, holds, world.default_uri))
    return Failure(*std::move(error));
  return holds;
}

std::string homes_note(const Plan& plan) {
  std::vector<std::string> homes;
  for (const auto& step : plan.steps) {
    if (const auto* const probe = std::get_if<ProbeDriver>(&step))
      homes.push_back(fmt::format("{} is back on {}", to_string(probe->device), probe->driver));
  }
  return homes.empty() ? "" : "; " + core::enumerate(homes);
}

std::string left_alone_note(const Inventory& inventory, const std::vector<Hold>& holds) {
  Functions others;
  for (const auto& hold : report::displaced(inventory, holds)) {
    const auto& function = hold.device.as_function();
    if (inventory.find(function) != nullptr) others.push_back(function);
  }
  if (others.empty()) return "";
  return others.size() == 1
             ? fmt::format("; another device is at {} now, and was left alone", names(others))
             : fmt::format("; other devices are at {} now, and were left alone", names(others));
}

std::string bound_before(const Functions& functions) {
  const bool one = functions.size() == 1;
  return fmt::format("{} {} on vfio-pci, where `gpupass bind` put {}", names(functions),
                     one ? "stays" : "stay", one ? "it" : "them");
}

Functions still_there(const Inventory& inventory, const std::vector<Hold>& holds, Functions functions) {
  for (const auto& hold : report::displaced(inventory, holds)) std::erase(functions, hold.device);
  return functions;
}

void inherit(const World& world, std::vector<Hold>& holds, const Owner& heir,
             std::chrono::milliseconds timeout) {
  for (auto& hold : holds) {
    for (const auto& owner : std::vector(hold.owners)) {
      if (owner == heir || !tenant_of(owner.kind).in_libvirt) continue;
      const auto state = look_up(world, owner, timeout);
      if (state || state.error().kind != ErrorKind::not_found) continue;  // whether it is gone cannot be told
      hold = without_owner(std::move(hold), owner);
      if (hold.owners.empty() && !heir.name.empty()) hold = with_owner(std::move(hold), heir);
    }
  }
}

void recognise(const World& world, std::vector<Hold>& holds, const DomainState& domain,
               const std::string& uri, std::chrono::milliseconds timeout) {
  const Owner self{domain.name, uri};
  for (auto& hold : holds) {
    for (const auto& owner : std::vector(hold.owners)) {
      if (owner.name != domain.name || owner == self || !tenant_of(owner.kind).in_libvirt) continue;
      const auto state = look_up(world, owner, timeout);
      if (state && state->uuid == domain.uuid) hold = with_owner(without_owner(std::move(hold), owner), self);
    }
  }
}

PlanFacts facts_for(const World& world, const Inventory& inventory, std::vector<Hold> holds) {
  return {inventory, std::move(holds), core::iso_time(world.host.now())};
}

}  // namespace gpupass::session
