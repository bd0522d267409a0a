// SPDX-License-Identifier: GPL-2.0-or-later
#include "gpupass/session/status.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "gpupass/container/lxc_look.hpp"
#include "gpupass/core/sysfs.hpp"
#include "gpupass/discover/discover.hpp"
#include "gpupass/holds.hpp"
#include "gpupass/report/displaced.hpp"
#include "gpupass/session/boot_status.hpp"
#include "gpupass/session/change.hpp"
#include "gpupass/session/not_shown.hpp"
#include "gpupass/session/unreadable.hpp"
#include "gpupass/vfio.hpp"
#include "session/status_domains.hpp"

namespace gpupass::session {
namespace {

Result<Inventory> machine_of(const Host& host, const std::vector<Hold>& holds) {
  discover::Parts parts{.holders = false};
  for (const auto& hold : holds) {
    if (const auto* const function = hold.device.function()) parts.serials_of.push_back(*function);
  }
  return discover::read_inventory(host, parts);
}

// ---- a device that is held ------------------------------------------------------------------------

/// "still releasing: process 4711, state D, in nvidia_close": of one that an unbind was left in.
std::string releasing_text(const Host& host, pid_t pid) {
  const auto now = host.look_at(pid);
  return fmt::format("still releasing: process {}, state {}{}", pid, now ? now->state : "ended",
                     now && !now->stack.empty() ? ", in " + now->stack.front() : "");
}

/// What is at its address instead, and where it is.
std::string displaced_text(const Inventory& inventory, const Hold& hold) {
  const auto* const function = hold.device.function();
  if (function == nullptr) return "no such mediated device is in this machine now";
  return fmt::format("{}; gpupass took {}: {}", report::what_is_there(inventory, *function, hold.identity),
                     ids_text(hold.identity), report::where_it_is(inventory, hold.identity));
}

/// Whether it is on the driver that those who have it need; vfio-pci where nobody in particular has it.
bool is_on_its_driver(const HeldNow& held) {
  const auto& owners = held.hold.owners;
  const std::string driver = owners.empty() ? "vfio-pci" : tenant_of(owners.front().kind).driver;
  return is_vfio_driver(driver) ? is_vfio_driver(held.driver) : held.driver == driver;
}

/// `rebooted`: the hold is from an earlier boot.
std::string driver_text(const HeldNow& held, bool rebooted) {
  const auto& hold = held.hold;
  if (!hold.owners.empty() && *tenant_of(hold.owners.front().kind).driver == '\0')
    return "on its host driver";
  const bool bound = is_on_its_driver(held);
  if (bound && hold.lent_to.empty()) return rebooted ? "bound again since the reboot" : "bound";
  if (bound) return "bound until " + hold.lent_to + " ends";
  if (hold.lend)
    return fmt::format("on its host driver until {} starts", fmt::join(owner_names(hold), " or "));
  return rebooted ? "on its host driver since the reboot" : "NOT bound";
}

std::string state_text(const Host& host, const Inventory& inventory, const HeldNow& held) {
  if (held.releasing) return releasing_text(host, *held.releasing);
  if (!held.there) return displaced_text(inventory, held.hold);
  if (held.hold.device.mediated() != nullptr) return "a mediated device";
  const auto boot = host.attribute("/proc/sys/kernel/random/boot_id").value_or("");
  return driver_text(held, boot != held.hold.boot_id);
}

std::string owners_text(const HeldNow& held, const std::string& default_uri) {
  std::vector<std::string> texts;
  for (const auto& given : held.given) texts.push_back(text_of(given, default_uri));
  for (const auto& owner : held.hold.owners) {
    const auto& tenant = tenant_of(owner.kind);
    if (!tenant.in_libvirt) texts.push_back(tenant.called + owner.name);
  }
  return texts.empty() ? "-" : fmt::format("{}", fmt::join(texts, ", "));
}

/// What was remembered, and not another device in its place. A UUID is given to one device alone.
bool is_there(const Host& host, const Inventory& inventory, const Hold& hold) {
  const auto* const function = hold.device.function();
  if (function == nullptr) return host.exists(sysfs::device(hold.device));
  return presence_of(hold.identity, *function, inventory) == Presence::there;
}

HeldNow look_at(const Host& host, const Inventory& inventory, Hold hold, std::vector<GivenTo> given,
                const std::string& default_uri) {
  HeldNow held;
  held.driver = host.link_name(sysfs::device(hold.device, "driver")).value_or("");
  held.there = is_there(host, inventory, hold);
  const auto owner = Lock::owner(host, to_string(hold.device));
  if (owner && owner->in_kernel) held.releasing = owner->pid;
  held.hold = std::move(hold);
  held.given = std::move(given);
  held.owners = owners_text(held, default_uri);
  held.state = state_text(host, inventory, held);
  for (const auto& one : held.given) {
    if (const auto trouble = trouble_of(one); !trouble.empty()) held.state += ", but " + trouble;
  }
  return held;
}

// ---- all of them ----------------------------------------------------------------------------------

/// Of a device that a command is at work on, or left, nothing is said that the command may be about to
/// change.
bool is_in_work(const std::vector<UnfinishedNow>& unfinished, const DeviceName& device) {
  return std::ranges::any_of(unfinished, [&](const UnfinishedNow& one) {
    return std::ranges::find(one.journal.plan.devices, device) != one.journal.plan.devices.end();
  });
}

std::vector<std::string> connections_of(const std::vector<Hold>& holds) {
  std::vector<std::string> uris;
  for (const auto& hold : holds) {
    for (const auto& owner : hold.owners)
      if (tenant_of(owner.kind).in_libvirt) uris.push_back(owner.where);
  }
  return uris;
}

/// True of a domain that is gone while another one shares what it had: that one keeps it.
bool is_kept_by_another(const std::vector<GivenTo>& all, const GivenTo& given) {
  const auto is_gone = [](const GivenTo& one) { return one.state == GivenTo::State::gone; };
  return is_gone(given) && !std::ranges::all_of(all, is_gone);
}

std::vector<std::string> remedies_of(const Inventory& inventory, const Status& status,
                                     const std::string& default_uri) {
  std::vector<Hold> displaced;
  std::vector<std::pair<PciAddress, GivenTo>> given;
  for (const auto& held : status.held) {
    const auto* const function = held.hold.device.function();
    if (function == nullptr) continue;  // no command here gives it back
    if (!held.there) displaced.push_back(held.hold);
    for (const auto& one : held.given) {
      if (held.there && !is_kept_by_another(held.given, one)) given.emplace_back(*function, one);
    }
  }
  std::vector<std::string> remedies{report::mending(inventory, displaced, default_uri),
                                    giving_back(given, default_uri), recording(status.others, default_uri)};
  std::erase(remedies, "");
  return remedies;
}

/// Devices that gpupass holds, and those that others have: what libvirt says of them, and what the host does.
void add_devices(const World& world, const Inventory& inventory, const std::vector<Hold>& holds,
                 const std::vector<LibvirtNow>& libvirt, Status& status) {
  const auto domains = assignments(libvirt, world.host, inventory);
  for (const auto& hold : holds) {
    auto given = given_to(hold, libvirt, domains);
    if (is_in_work(status.unfinished, hold.device))
      for (auto& one : given) one.has_it.reset();
    status.held.push_back(look_at(world.host, inventory, hold, std::move(given), world.default_uri));
  }
  std::vector<PciAddress> bound_at_boot;
  for (const auto& row : status.at_boot) {
    if (row.there) bound_at_boot.push_back(row.device);
  }
  status.others = not_held(inventory, holds, bound_at_boot, domains, world.default_uri);
  std::erase_if(status.others,
                [&](const NotHeld& other) { return is_in_work(status.unfinished, other.device); });
}

}  // namespace

Result<Status> status(const World& world, Requester& requester, const std::string& connection) {
  const auto& host = world.host;
  GPUPASS_TRY_ASSIGN(const auto holds, if_permitted(requester, "what gpupass holds", load_holds(host)));
  Status status;
  status.unreadable = unreadable_records(host);
  std::erase_if(status.unreadable, [](const UnreadableRecord& one) { return one.of.empty(); });  // noted
  GPUPASS_TRY_ASSIGN(auto journals,
                     if_permitted(requester, "which commands did not end", load_journals(host)));
  for (auto& journal : journals) {
    const bool under_way = is_under_way(host, journal);
    status.unfinished.push_back({std::move(journal), under_way});
  }
  GPUPASS_TRY_ASSIGN(status.at_boot,
                     if_permitted(requester, "what is bound at each boot", bound_at_boot(host)));
  GPUPASS_TRY_ASSIGN(const auto inventory, machine_of(host, holds));
  const auto libvirt = libvirt_now(world, requester, connection, connections_of(holds));
  status.libvirt = answers(libvirt);
  add_devices(world, inventory, holds, libvirt, status);
  status.containers = container::read_lxc(host);
  std::erase_if(status.containers, [](const auto& one) { return one.cards.empty(); });
  status.remedies = remedies_of(inventory, status, world.default_uri);
  return status;
}

}  // namespace gpupass::session
