// SPDX-License-Identifier: GPL-2.0-or-later
#include "gpupass/run/guest.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "gpupass/apply/shut_down.hpp"
#include "gpupass/discover/discover.hpp"
#include "gpupass/session/domain_uses.hpp"
#include "gpupass/session/held.hpp"
#include "gpupass/session/hook_file.hpp"
#include "gpupass/session/records.hpp"
#include "gpupass/session/uri.hpp"

namespace gpupass::run {
namespace {

/// None if its XML is odd.
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

/// The functions in its configuration that are to be bound before it starts: the hook binds what is lent,
/// once libvirt starts the guest.
Result<session::Functions> functions_to_bind(const session::World& world, const OpenGuest& guest) {
  GPUPASS_TRY_ASSIGN(auto functions, hostdev_functions(guest.xml));
  GPUPASS_TRY_ASSIGN(const auto inventory,
                     discover::read_inventory(world.host, {.holders = false, .serials_of = functions}));
  GPUPASS_TRY(session::check_records(world, inventory, guest.state.name, functions));
  GPUPASS_TRY_ASSIGN(const auto holds, session::written_holds(world.host, functions));
  if (std::ranges::count(holds, true, &Hold::lend) > 0) GPUPASS_TRY(session::require_hook(world.host));
  for (const auto& hold : holds)
    if (hold.lend) std::erase(functions, hold.device);
  return functions;
}

}  // namespace

Result<OpenGuest> open_guest(const session::World& world, const GuestChoice& choice) {
  GPUPASS_TRY(session::refuse_remote(choice.uri));
  GPUPASS_TRY_ASSIGN(auto hypervisor, world.connect(choice.uri, choice.patience));
  GPUPASS_TRY_ASSIGN(auto state, hypervisor->domain(choice.vm));
  GPUPASS_TRY_ASSIGN(auto xml, hypervisor->xml(state.name, DomainView::config));
  GPUPASS_TRY_ASSIGN(auto mark, guest_mark(xml));
  if (!mark) {
    return fail(
        ErrorKind::refused, fmt::format("gpupass did not make {}", state.name),
        "nothing was changed; `gpupass guest list` shows the guests that it made; use virsh for the others");
  }
  return OpenGuest{std::move(hypervisor), std::move(state), std::move(xml), *std::move(mark)};
}

Result<std::vector<ListedGuest>> guests(Hypervisor& hypervisor) {
  GPUPASS_TRY_ASSIGN(const auto domains, hypervisor.domains());
  std::vector<ListedGuest> found;
  for (const auto& state : domains) {
    const auto xml = hypervisor.xml(state.name, DomainView::config);
    if (!xml) continue;
    auto mark = guest_mark(*xml);
    if (!mark || !*mark) continue;
    found.push_back({state, **std::move(mark), devices_of(hypervisor, state, *xml)});
  }
  return found;
}

Result<bool> start(session::World& world, const session::Manner& manner, const GuestChoice& choice) {
  GPUPASS_TRY(session::refuse_captured(world.host));
  GPUPASS_TRY_ASSIGN(const auto guest, open_guest(world, choice));
  if (guest.state.running) return false;
  const auto& vm = guest.state.name;
  GPUPASS_TRY_ASSIGN(const auto functions, functions_to_bind(world, guest));
  if (!functions.empty())
    GPUPASS_TRY(session::attach(
        world, manner,
        {{.vm = vm, .uri = choice.uri, .config = true}, session::exactly(functions), false, false}));
  GPUPASS_TRY(guest.hypervisor->start(vm));
  return true;
}

Result<std::string> stop(session::World& world, const GuestChoice& choice, bool force) {
  GPUPASS_TRY(session::refuse_captured(world.host));
  GPUPASS_TRY_ASSIGN(const auto guest, open_guest(world, choice));
  const auto& vm = guest.state.name;
  if (!guest.state.running) return vm;
  auto off = apply::shut_down(*guest.hypervisor, *guest.hypervisor, vm, choice.patience);
  if (!off && off.error().kind == ErrorKind::timeout && force) off = guest.hypervisor->destroy(vm);
  GPUPASS_TRY(off);
  return vm;
}

}  // namespace gpupass::run
