// SPDX-License-Identifier: GPL-2.0-or-later
// From an inventory and a wish to the steps. Pure: nothing is read and nothing is changed here.
#include "gpupass/plan.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "gpupass/core/text.hpp"
#include "gpupass/vfio.hpp"

namespace gpupass {
namespace {

using Functions = std::vector<PciAddress>;

bool contains(const Functions& functions, const DeviceName& device) {
  return std::find(functions.begin(), functions.end(), device) != functions.end();
}

/// The device, of which everything is known that a plan needs.
Result<const Device*> known_device(const PlanFacts& facts, const PciAddress& function) {
  const auto* const device = facts.inventory.find(function);
  if (device == nullptr) {
    return fail(ErrorKind::not_found, fmt::format("there is no PCI function {}", to_string(function)),
                "`gpupass list --all` shows what is there");
  }
  for (const auto& problem : facts.inventory.problems) {
    if (problem.path.ends_with(to_string(function) + "/driver_override")) {
      return fail(ErrorKind::busy, fmt::format("{}: {}", problem.path, problem.what),
                  "nothing was changed; a driver is still releasing this device, try again later");
    }
  }
  return device;
}

/// What will be remembered of a device: what was remembered already, or how it is now.
Hold hold_for(const PlanFacts& facts, const Device& device) {
  auto identity = identity_of(facts.inventory, device);
  if (const auto* const known = find_hold(facts.holds, device.address)) {
    auto hold = *known;
    hold.identity = completed(std::move(hold.identity), identity);
    return hold;
  }
  Hold hold;
  hold.device = device.address;
  hold.identity = std::move(identity);
  hold.original_driver = device.driver.value_or("");
  hold.original_override = device.driver_override.value_or("");
  hold.since = facts.now;
  hold.boot_id = facts.inventory.kernel.boot_id;
  return hold;
}

/// A hold that is written down just so already is not a step.
void append_hold(std::vector<Step>& steps, const PlanFacts& facts, const Hold& hold) {
  const auto* const kept = find_hold(facts.holds, hold.device);
  if (kept == nullptr || *kept != hold) steps.emplace_back(KeepHold{hold});
}

/// Every function is released before the first is bound: a driver's probe may reset the card, and
/// the reset of one function can take the others with it.
void append_binding(std::vector<Step>& steps, const std::vector<const Device*>& devices,
                    const std::string& driver) {
  std::vector<const Device*> to_bind;
  for (const auto* const device : devices) {
    if (device->driver != driver) to_bind.push_back(device);
  }
  if (to_bind.empty()) return;
  steps.emplace_back(LoadModule{driver});
  // The override comes first, so that no other driver can take the device in between.
  for (const auto* const device : to_bind) steps.emplace_back(SetDriverOverride{device->address, driver});
  for (const auto* const device : to_bind) {
    if (device->driver) steps.emplace_back(Unbind{device->address, *device->driver});
  }
  for (const auto* const device : to_bind) steps.emplace_back(ProbeDriver{device->address, driver});
}

/// Back to how each device was before gpupass came; all are released before the first is bound. Another
/// device that is at the address now is left alone: a card that was pulled, or that a boot gave another
/// address, has lost its override and its binding by that.
void append_return(std::vector<Step>& steps, const PlanFacts& facts, const std::vector<Hold>& holds) {
  std::vector<Step> releases;
  std::vector<Step> bindings;
  for (const auto& hold : holds) {
    const auto& function = hold.device.as_function();
    if (presence_of(hold.identity, function, facts.inventory) != Presence::there) continue;
    const auto* const device = facts.inventory.find(function);
    const bool home = device->driver.value_or("") == hold.original_driver;
    const bool rebooted = hold.boot_id != facts.inventory.kernel.boot_id;
    if (home && rebooted) continue;  // the override of an earlier boot says nothing about this one
    if (!home && device->driver) releases.emplace_back(Unbind{function, *device->driver});
    if (!home && !hold.original_driver.empty()) {
      // Aimed at the driver it had: where several could have it (nouveau and nvidia), the kernel
      // would give it to whichever came first.
      bindings.emplace_back(SetDriverOverride{function, hold.original_driver});
      bindings.emplace_back(ProbeDriver{function, hold.original_driver});
    }
    bindings.emplace_back(SetDriverOverride{function, rebooted ? "" : hold.original_override});
  }
  steps.insert(steps.end(), releases.begin(), releases.end());
  steps.insert(steps.end(), bindings.begin(), bindings.end());
}

void append_drops(std::vector<Step>& steps, const std::vector<Hold>& holds) {
  for (const auto& hold : holds) steps.emplace_back(DropHold{hold.device});
}

/// What its owner returns. It stays bound if another owner shares it, or if `gpupass bind` took it before.
void append_give_back(std::vector<Step>& steps, const PlanFacts& facts, const std::vector<Hold>& given,
                      const Owner& owner) {
  std::vector<Hold> returned;
  std::vector<Hold> dropped;
  std::vector<Hold> kept;
  const bool was_bound = *tenant_of(owner.kind).driver != '\0';
  for (const auto& hold : given) {
    auto rest = without_owner(hold, owner);
    const bool lent = owner.kind == OwnerKind::domain && hold.lent_to == owner.name;
    // What bind took and is no longer there is forgotten.
    const bool there =
        presence_of(hold.identity, hold.device.as_function(), facts.inventory) == Presence::there;
    const bool keeps = (rest.bound && there) || !rest.owners.empty();
    if (was_bound && (!keeps || lent)) returned.push_back(hold);
    if (lent) rest.lent_to.clear();
    if (keeps) {
      kept.push_back(std::move(rest));
    } else {
      dropped.push_back(hold);
    }
  }
  append_return(steps, facts, returned);
  for (auto& hold : kept) steps.emplace_back(KeepHold{std::move(hold)});
  append_drops(steps, dropped);
}

std::map<PciAddress, Identity> identities_of(const Inventory& inventory, const Functions& functions) {
  std::map<PciAddress, Identity> identities;
  for (const auto& function : functions) {
    if (const auto* const device = inventory.find(function))
      identities.emplace(function, identity_of(inventory, *device));
  }
  return identities;
}

bool is_on_vfio(const Device& device) {
  return is_vfio_driver(device.driver.value_or(""));
}

/// The hold of a function that a domain gets. The domains that have it already go on having it.
Hold given_to(const PlanFacts& facts, const DomainFacts& domain, const Device& device) {
  auto hold = hold_for(facts, device);
  if (hold.lend && device.driver && !is_on_vfio(device)) {  // the host may have changed its driver meanwhile
    hold.original_driver = *device.driver;
    hold.original_override = device.driver_override.value_or("");
    hold.boot_id = facts.inventory.kernel.boot_id;
  }
  hold = with_owner(std::move(hold), {domain.state.name, domain.uri});
  const auto others = domain.sharers.find(device.address);
  if (others != domain.sharers.end())
    for (const auto& other : others->second) hold = with_owner(std::move(hold), other);
  hold.lend = domain.lend;
  if (!domain.lend) hold.lent_to.clear();  // it stays bound when the guest ends, whoever bound it
  return hold;
}

Failure belongs_to(const Hold& hold) {
  return fail(ErrorKind::busy,
              fmt::format("{} belongs to {}", to_string(hold.device), core::enumerate(owner_names(hold))),
              "nothing was changed; " + return_commands(hold));
}

/// Those of the functions that gpupass keeps bound for no start in particular.
std::vector<Hold> kept_bound(const PlanFacts& facts, const Functions& functions) {
  std::vector<Hold> kept;
  for (const auto& hold : facts.holds) {
    if (!contains(functions, hold.device)) continue;
    const auto* const device = facts.inventory.find(hold.device.as_function());
    if (device == nullptr || !is_on_vfio(*device)) continue;
    if (!hold.bound && hold.lent_to.empty()) kept.push_back(hold);
  }
  return kept;
}

Result<std::vector<const Device*>> known_devices(const PlanFacts& facts, const Functions& functions) {
  std::vector<const Device*> devices;
  for (const auto& function : functions) {
    GPUPASS_TRY_ASSIGN(const auto* const device, known_device(facts, function));
    devices.push_back(device);
  }
  return devices;
}

/// A device right below a port of PCI Express is one, whatever else is known of it: pcieport is on such ports
/// only (drivers/pci/pcie/portdrv.c), not on bridges to conventional buses.
bool is_conventional(const Inventory& inventory, const Device& device) {
  if (device.is_pcie) return false;
  const auto* const above = device.bridges.empty() ? nullptr : inventory.find(device.bridges.front());
  return above == nullptr || above->driver != "pcieport";
}

/// The functions of `functions` that an XML names; none for an empty XML.
Result<Functions> present_in(const std::string& xml, const Functions& functions) {
  if (xml.empty()) return Functions{};
  GPUPASS_TRY_ASSIGN(auto there, hostdev_functions(xml));
  std::erase_if(there, [&](const auto& function) { return !contains(functions, function); });
  return there;
}

/// libvirt would say "No more available PCI slots", after the card was taken from its driver.
Result<void> refuse_without_room(const Inventory& inventory, const DomainFacts& domain,
                                 const Functions& missing) {
  Functions express;
  Functions conventional;
  for (const auto& function : missing)
    (is_conventional(inventory, *inventory.find(function)) ? conventional : express).push_back(function);
  const auto refusal = [&](const Functions& functions, const std::string& what, const char* gains) {
    return fail(ErrorKind::unsupported, what,
                fmt::format("nothing was changed; `gpupass attach {} {} --config` gives it the card, and {}, "
                            "from its next start on",
                            domain.state.name, to_string(functions.front()), gains));
  };
  GPUPASS_TRY_ASSIGN(const auto ports, free_hotplug_ports(domain.live_xml));
  if (ports < static_cast<int>(express.size())) {
    return refusal(
        express,
        fmt::format("{} has {} free PCIe root port(s), and plugging in {} needs {} (one for each function)",
                    domain.state.name, ports, names(express), express.size()),
        "spare root ports");
  }
  GPUPASS_TRY_ASSIGN(const auto slots, free_conventional_slots(domain.live_xml));
  if (slots >= static_cast<int>(conventional.size())) return {};
  return refusal(
      conventional,
      fmt::format("{} {} conventional PCI, and the running {} has {} free slot(s) behind a PCI bridge",
                  names(conventional), conventional.size() == 1 ? "is" : "are", domain.state.name, slots),
      "a PCI bridge");
}

Result<void> append_live_attach(std::vector<Step>& steps, const Inventory& inventory,
                                const DomainFacts& domain, const Functions& functions,
                                const DomainTemplates& templates) {
  GPUPASS_TRY_ASSIGN(const auto there, present_in(domain.live_xml, functions));
  Functions missing = functions;
  std::erase_if(missing, [&](const auto& function) { return contains(there, function); });
  GPUPASS_TRY(refuse_without_room(inventory, domain, missing));
  for (const auto& function : missing) {
    GPUPASS_TRY_ASSIGN(auto hostdev, hostdev_xml(function, templates));
    steps.emplace_back(AttachLive{domain.state.name, function, std::move(hostdev)});
  }
  return {};
}

Result<void> append_live_detach(std::vector<Step>& steps, const DomainFacts& domain,
                                const Functions& functions, const DomainTemplates& templates) {
  for (const auto& function : functions) {
    GPUPASS_TRY_ASSIGN(const auto multifunction, is_multifunction_in_guest(domain.live_xml, function));
    if (multifunction) {
      return fail(
          ErrorKind::unsupported,
          fmt::format("{} is one of several functions of one device in the running {}, and libvirt cannot "
                      "unplug only one of them",
                      to_string(function), domain.state.name),
          fmt::format("nothing was changed; shut {0} down and then `gpupass detach {0} {1}`, or take it out "
                      "of the next start with --config",
                      domain.state.name, to_string(function)));
    }
    GPUPASS_TRY_ASSIGN(auto hostdev, hostdev_xml(function, templates));
    steps.emplace_back(DetachLive{domain.state.name, function, std::move(hostdev)});
  }
  return {};
}

/// Of no steps yet, with what the functions are now.
Plan empty_plan(const PlanFacts& facts, const Functions& functions, Direction direction, std::string command,
                std::string uri = {}) {
  return {std::move(command),  direction, std::move(uri),
          names_of(functions), {},        identities_of(facts.inventory, functions)};
}

}  // namespace

std::vector<GuestCard> guest_cards(const Inventory& inventory, const Functions& functions) {
  auto cards = cards_of(functions);
  for (auto& card : cards) {
    card.conventional = std::ranges::all_of(card.functions, [&](const auto& function) {
      const auto* const device = inventory.find(function);
      return device != nullptr && is_conventional(inventory, *device);
    });
  }
  return cards;
}

Result<Plan> plan_bind(const PlanFacts& facts, const Functions& functions, const std::string& driver) {
  GPUPASS_TRY_ASSIGN(const auto devices, known_devices(facts, functions));
  auto plan =
      empty_plan(facts, functions, Direction::take, fmt::format("bind {} to {}", names(functions), driver));
  for (const auto* const device : devices) {
    auto hold = hold_for(facts, *device);
    if (is_exclusive(hold)) return belongs_to(hold);
    hold.bound = true;
    hold.lent_to.clear();
    append_hold(plan.steps, facts, hold);
  }
  append_binding(plan.steps, devices, driver);
  return plan;
}

Result<Plan> plan_give(const PlanFacts& facts, const Functions& functions, const Owner& owner) {
  GPUPASS_TRY_ASSIGN(const auto devices, known_devices(facts, functions));
  const auto& tenant = tenant_of(owner.kind);
  auto plan = empty_plan(facts, functions, Direction::take,
                         fmt::format("{} {} for {}{}", *tenant.driver == '\0' ? "keep" : "bind",
                                     names(functions), tenant.called, owner.name));
  for (const auto* const device : devices) {
    const auto hold = hold_for(facts, *device);
    if (!hold.owners.empty() && !is_for(hold, owner)) return belongs_to(hold);
    append_hold(plan.steps, facts, with_owner(hold, owner));
  }
  if (*tenant.driver != '\0') append_binding(plan.steps, devices, tenant.driver);
  return plan;
}

Result<Plan> plan_take(const PlanFacts& facts, const Functions& functions, const Owner& owner) {
  auto plan = empty_plan(
      facts, functions, Direction::give_back,
      fmt::format("unbind {} for {}{}", names(functions), tenant_of(owner.kind).called, owner.name));
  std::vector<Hold> given;
  for (const auto& function : functions) {
    const auto* const hold = find_hold(facts.holds, function);
    if (hold == nullptr || hold->owners.empty()) continue;  // it gave it back before
    if (!is_for(*hold, owner)) return belongs_to(*hold);
    given.push_back(*hold);
  }
  append_give_back(plan.steps, facts, given, owner);
  return plan;
}

Result<Plan> plan_unbind(const PlanFacts& facts, const Functions& functions) {
  auto plan = empty_plan(facts, functions, Direction::give_back, fmt::format("unbind {}", names(functions)));
  std::vector<Hold> holds;
  for (const auto& function : functions) {
    const auto* const hold = find_hold(facts.holds, function);
    if (hold == nullptr) {
      const auto* const device = facts.inventory.find(function);
      const bool on_host_driver = device != nullptr && !is_on_vfio(*device);
      if (on_host_driver) continue;  // nothing is to be returned
      return fail(
          ErrorKind::not_found, fmt::format("gpupass does not hold {}", to_string(function)),
          fmt::format("nothing was changed; to bind it to a driver of your choice: `gpupass bind {} --driver "
                      "NAME`",
                      to_string(function)));
    }
    if (!hold->owners.empty()) return belongs_to(*hold);
    holds.push_back(*hold);
  }
  append_return(plan.steps, facts, holds);
  append_drops(plan.steps, holds);
  return plan;
}

Result<Plan> plan_attach(const PlanFacts& facts, const DomainFacts& domain, const Functions& functions,
                         const DomainTemplates& templates) {
  GPUPASS_TRY_ASSIGN(const auto devices, known_devices(facts, functions));
  auto plan = empty_plan(facts, functions, Direction::take,
                         fmt::format("attach {} to {}", names(functions), domain.state.name), domain.uri);
  for (const auto* const device : devices) {
    append_hold(plan.steps, facts, given_to(facts, domain, *device));
  }
  auto to_bind = devices;
  std::erase_if(to_bind, [&](const Device* device) { return domain.keeps_variants && is_on_vfio(*device); });
  if (!domain.lend) append_binding(plan.steps, to_bind, "vfio-pci");
  if (domain.change_config) {
    GPUPASS_TRY_ASSIGN(auto after,
                       add_cards(domain.config_xml, guest_cards(facts.inventory, functions), templates));
    GPUPASS_TRY_ASSIGN(const auto there, present_in(domain.config_xml, functions));
    if (there.size() != functions.size()) {
      plan.steps.emplace_back(DefineDomain{domain.state.name, domain.config_xml, std::move(after)});
    }
  }
  for (const auto* const xml : {&domain.config_xml, &domain.live_xml})
    if (!xml->empty()) GPUPASS_TRY(refuse_uneditable(*xml, functions));
  if (domain.change_live)
    GPUPASS_TRY(append_live_attach(plan.steps, facts.inventory, domain, functions, templates));
  if (domain.lend) append_return(plan.steps, facts, kept_bound(facts, functions));
  return plan;
}

Result<Plan> plan_detach(const PlanFacts& facts, const DomainFacts& domain, const Functions& functions,
                         const DomainTemplates& templates) {
  GPUPASS_TRY_ASSIGN(const auto in_config, present_in(domain.config_xml, functions));
  GPUPASS_TRY_ASSIGN(const auto in_live, present_in(domain.live_xml, functions));
  auto plan = empty_plan(facts, functions, Direction::give_back,
                         fmt::format("detach {} from {}", names(functions), domain.state.name), domain.uri);
  if (domain.change_live) GPUPASS_TRY(append_live_detach(plan.steps, domain, in_live, templates));
  if (domain.change_config && !in_config.empty()) {
    GPUPASS_TRY_ASSIGN(auto after, remove_functions(domain.config_xml, in_config));
    plan.steps.emplace_back(DefineDomain{domain.state.name, domain.config_xml, std::move(after)});
  }
  const Owner self{domain.state.name, domain.uri};
  std::vector<Hold> given;
  for (const auto& function : functions) {
    const auto* const hold = find_hold(facts.holds, function);
    const bool ours = hold != nullptr && is_for(*hold, self);
    const bool stays = (contains(in_live, function) && !domain.change_live) ||
                       (contains(in_config, function) && !domain.change_config);
    if (ours && !stays) given.push_back(*hold);
  }
  append_give_back(plan.steps, facts, given, self);
  return plan;
}

Result<Plan> plan_create(const PlanFacts& facts, const DomainFacts& domain, const Functions& functions,
                         const NewGuest& guest, const DomainTemplates& templates) {
  GPUPASS_TRY_ASSIGN(const auto attach, plan_attach(facts, domain, functions, templates));
  auto plan = empty_plan(facts, functions, Direction::take, fmt::format("create guest {}", domain.state.name),
                         domain.uri);
  // For its owner alone until all of it is made: the seed has secrets.
  plan.steps = {MakeFolder{guest.folder}, guest.disk, guest.seed, OpenFolder{guest.folder}};
  plan.steps.insert(plan.steps.end(), attach.steps.begin(), attach.steps.end());
  // The domain comes last: it never names a file or a card that is not ready. Members of a group that were
  // agreed to go along.
  GPUPASS_TRY_ASSIGN(auto xml, add_cards(guest.xml, guest_cards(facts.inventory, functions), templates));
  plan.steps.emplace_back(DefineDomain{domain.state.name, "", std::move(xml)});
  return plan;
}

Plan plan_delete(const PlanFacts& facts, const DomainFacts& domain, const Functions& functions,
                 const std::vector<std::string>& files) {
  auto plan = empty_plan(facts, functions, Direction::give_back,
                         fmt::format("delete guest {}", domain.state.name), domain.uri);
  const Owner self{domain.state.name, domain.uri};
  std::vector<Hold> given;
  for (const auto& hold : facts.holds)
    if (contains(functions, hold.device) && is_for(hold, self)) given.push_back(hold);
  append_give_back(plan.steps, facts, given, self);
  plan.steps.emplace_back(DefineDomain{domain.state.name, domain.config_xml, ""});
  // Steps that cannot be undone come last.
  std::vector<std::string> folders;
  for (const auto& file : files) {
    plan.steps.emplace_back(RemoveFile{file});
    const auto folder = file.substr(0, file.rfind('/'));
    if (std::ranges::find(folders, folder) == folders.end()) folders.push_back(folder);
  }
  for (auto& folder : folders) plan.steps.emplace_back(RemoveFolder{std::move(folder)});
  return plan;
}

Plan plan_run(Plan attach, const StartDomain& start) {
  attach.command = fmt::format("run {} with {}", start.domain, names(start.devices));
  attach.steps.emplace_back(start);
  return attach;
}

Plan plan_run(const RunContainer& container, const Functions& functions) {
  Plan plan{fmt::format("run the {} container {}", container.engine, container.name),
            Direction::take,
            "",
            names_of(functions),
            {}};
  plan.steps.emplace_back(container);
  return plan;
}

Result<Plan> plan_record(const PlanFacts& facts, const std::string& domain, const std::string& uri,
                         const Functions& functions) {
  GPUPASS_TRY_ASSIGN(const auto devices, known_devices(facts, functions));
  auto plan = empty_plan(facts, functions, Direction::take,
                         fmt::format("remember {} for {}", names(functions), domain));
  for (const auto* const device : devices) {
    plan.steps.emplace_back(KeepHold{with_owner(hold_for(facts, *device), {domain, uri})});
  }
  return plan;
}

Result<Plan> plan_loan(const PlanFacts& facts, const std::string& domain, const Functions& functions) {
  GPUPASS_TRY_ASSIGN(const auto devices, known_devices(facts, functions));
  auto plan = empty_plan(facts, functions, Direction::take,
                         fmt::format("bind {} for a start of {}", names(functions), domain));
  for (const auto* const device : devices) {
    auto hold = hold_for(facts, *device);
    if (!hold.bound) hold.lent_to = domain;
    if (device->driver) {  // what it goes back to is what it comes from this time
      hold.original_driver = *device->driver;
      hold.original_override = device->driver_override.value_or("");
    }
    hold.boot_id = facts.inventory.kernel.boot_id;
    plan.steps.emplace_back(KeepHold{hold});
  }
  append_binding(plan.steps, devices, "vfio-pci");
  return plan;
}

Plan plan_end_of_loan(const PlanFacts& facts, const std::string& domain, const Functions& functions) {
  auto plan = empty_plan(facts, functions, Direction::give_back,
                         fmt::format("return {} after the end of {}", names(functions), domain));
  std::vector<Hold> ended;
  std::vector<Hold> returned;
  for (const auto& hold : facts.holds) {
    if (!contains(functions, hold.device)) continue;
    ended.push_back(hold);
    // A loan does not outlast a boot: who bound it since is not known.
    if (hold.boot_id == facts.inventory.kernel.boot_id) returned.push_back(hold);
  }
  append_return(plan.steps, facts, returned);
  for (auto& hold : ended) {
    hold.lent_to.clear();
    plan.steps.emplace_back(KeepHold{std::move(hold)});
  }
  return plan;
}

}  // namespace gpupass
