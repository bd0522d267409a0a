// SPDX-License-Identifier: GPL-2.0-or-later
#include "gpupass/session/start.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "gpupass/core/sysfs.hpp"
#include "gpupass/discover/discover.hpp"
#include "gpupass/holds.hpp"
#include "gpupass/judge/judge.hpp"
#include "gpupass/session/loans.hpp"
#include "gpupass/session/obstacles.hpp"
#include "gpupass/session/records.hpp"
#include "gpupass/vfio.hpp"
#include "gpupass/virt/hostdev.hpp"

namespace gpupass::session {
namespace {

/// The domain's functions that gpupass put there, as their aliases say, or that it holds for anybody: what a
/// person put into the domain by hand is bound by no attach.
Result<Functions> own_functions(const Host& host, const std::string& xml) {
  GPUPASS_TRY_ASSIGN(auto document, virt::Document::parse(xml, "domain XML", "domain"));
  GPUPASS_TRY_ASSIGN(const auto hostdevs, virt::hostdevs(document));
  GPUPASS_TRY_ASSIGN(const auto devices, domain_devices(xml));
  if (devices.empty()) return Functions{};  // most domains: nothing more is read
  GPUPASS_TRY_ASSIGN(const auto holds, read_holds(host));
  Functions functions;
  for (const auto& hostdev : hostdevs) {
    if (virt::has_own_alias(hostdev)) functions.push_back(hostdev.function);
  }
  for (const auto& device : devices) {
    if (!device.function) continue;
    const bool held = std::ranges::count(holds.readable, *device.function, &Hold::device) > 0;
    // Whom it is held for cannot be told: what looks at it says so.
    const bool unknown =
        std::ranges::count(holds.unreadable, to_string(*device.function), &UnreadableRecord::of) > 0;
    if (held || unknown) functions.push_back(*device.function);
  }
  return in_order(std::move(functions));
}

bool is_bound(const Host& host, const PciAddress& function) {
  const auto driver = host.link_name(sysfs::pci_device(function, "driver"));
  return driver && is_vfio_driver(*driver);
}

Functions unbound(const Host& host, Functions functions) {
  std::erase_if(functions, [&](const PciAddress& function) { return is_bound(host, function); });
  return functions;
}

/// Nobody can be asked here. What a person may agree to was agreed to when the card was attached, but for
/// what would fail or hang all the same: a group that is not whole, another guest that has the card by turns
/// and runs, a process that has open what is to be unbound.
Result<void> refuse_obstacles(const Inventory& inventory, const Functions& functions,
                              const Functions& to_bind) {
  auto found = judge::obstacles(inventory, {functions}, Occasion::start);
  if (found.empty()) found = judge::obstacles(inventory, {to_bind}, Occasion::loan);
  if (found.empty()) return {};
  return fail(ErrorKind::refused, found.front().what, found.front().remedy);
}

}  // namespace

Result<StartingDomain> starting_domain(const World& world, const std::string& uri, const std::string& name) {
  GPUPASS_TRY_ASSIGN(const auto hypervisor, world.connect(uri, std::chrono::seconds(60)));
  GPUPASS_TRY_ASSIGN(const auto state, hypervisor->domain(name));
  GPUPASS_TRY_ASSIGN(auto xml, hypervisor->xml(state.name, DomainView::config));
  return StartingDomain{state.name, std::move(xml)};
}

Result<Functions> check_start(const World& world, const std::string& domain, const std::string& xml) {
  GPUPASS_TRY_ASSIGN(auto functions, own_functions(world.host, xml));
  if (functions.empty()) return functions;
  GPUPASS_TRY_ASSIGN(const auto inventory, discover::read_inventory(world.host, {.serials_of = functions}));
  GPUPASS_TRY(check_records(world, inventory, domain, functions));
  GPUPASS_TRY(refuse_lent_to_others(world.host, domain, functions));
  GPUPASS_TRY(refuse_obstacles(inventory, functions, unbound(world.host, functions)));
  return functions;
}

}  // namespace gpupass::session
