// SPDX-License-Identifier: GPL-2.0-or-later
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

#include "gpupass/card.hpp"
#include "gpupass/core/sysfs.hpp"
#include "gpupass/core/text.hpp"
#include "gpupass/judge/facts.hpp"
#include "gpupass/judge/rules.hpp"
#include "gpupass/judge/viability.hpp"
#include "judge/findings.hpp"

namespace gpupass::judge {
namespace {

/// The target's functions in one group, in the target's order.
struct Share {
  int group = 0;
  std::vector<PciAddress> functions;
};

std::vector<Share> shares_of(const std::vector<const Device*>& devices) {
  std::vector<Share> shares;
  for (const auto* const device : devices) {
    if (!device->iommu_group) continue;
    const auto known = std::ranges::find(shares, *device->iommu_group, &Share::group);
    auto& share = known != shares.end() ? *known : shares.emplace_back(Share{*device->iommu_group, {}});
    share.functions.push_back(device->address);
  }
  return shares;
}

std::string members_path(int group) {
  return sysfs::iommu_group(group, "devices");
}

/// The option that takes the processor's graphics out of the IOMMU, as it is on the command line; empty:
/// none.
std::string graphics_off(const Inventory& inventory, const Device& device) {
  constexpr std::uint16_t k_intel = 0x8086;
  if (device.vendor != k_intel || !is_processor_graphics(inventory, device)) return "";
  for (const auto word : core::words(inventory.kernel.command_line)) {
    if (!word.starts_with("intel_iommu=")) continue;
    const auto values = core::split(word.substr(word.find('=') + 1), ',');
    if (std::ranges::find(values, "igfx_off") != values.end()) return std::string(word);
  }
  return "";
}

Finding ungrouped(const Inventory& inventory, const Device& device) {
  const auto path = sysfs::pci_device(device.address, "iommu_group");
  const auto name = to_string(device.address);
  if (const auto problems = unread(inventory, {path}); !problems.empty()) {
    return unmeasured(device.address, "the IOMMU group of " + name + " could not be read", problems,
                      "run `gpupass doctor` again as root");
  }
  if (const auto option = graphics_off(inventory, device); !option.empty()) {
    return blocks(Consent::impossible, device.address,
                  fmt::format("{} is in no IOMMU group: igfx_off on the kernel's command line takes the "
                              "processor's graphics out of the IOMMU",
                              name),
                  {{path, "none"}, {"/proc/cmdline", option}},
                  "take igfx_off out of intel_iommu= on the kernel's command line and reboot");
  }
  return blocks(Consent::impossible, device.address, name + " is in no IOMMU group: no IOMMU covers it",
                {{path, "none"}},
                fmt::format("`journalctl -k -b -g 'DMAR|AMD-Vi'` shows what the IOMMU covers{}",
                            may_be_moved(inventory, device) ? "; try another slot" : ""));
}

// ---- behind a controller --------------------------------------------------------------------

/// Intel VMD translates for the disks behind it, which are in its group and are there only while it is on its
/// driver: it goes with all of them, or none does.
std::optional<Finding> behind_controller(const Inventory& inventory, const Target& target,
                                         const Device& device) {
  const auto* const controller = device.controller ? inventory.find(*device.controller) : nullptr;
  if (controller == nullptr || controller->iommu_group != device.iommu_group) return std::nullopt;
  const bool goes = contains(target, controller->address);
  if (!goes && is_free_for_vfio(*controller)) return std::nullopt;
  const Target alone{{controller->address}};
  const auto whole =
      goes ? fmt::format("leave {} out: {} brings all that is behind it", to_string(device.address),
                         to_string(controller->address))
      : refusals(inventory, alone).empty()
          ? fmt::format("name {} to pass it with all that is behind it; or ", to_string(controller->address))
          : std::string();
  return blocks(Consent::impossible, device.address,
                fmt::format("{} is behind {}, and exists only while that stays with the host",
                            to_string(device.address), describe(*controller)),
                {{sysfs::pci_device(controller->address, "driver"), controller->driver.value_or("none")}},
                goes ? whole
                     : whole +
                           "switch VMD off for it in the firmware's set-up (the host's own disks behind it "
                           "then get other addresses)");
}

// ---- others in the group ------------------------------------------------------------------

/// Others that share a group with the target's functions there.
struct Company {
  const Share& share;
  std::vector<const Device*> strangers;
};

bool is_one(const Company& company) {
  return company.strangers.size() == 1;
}

std::string names_of(const Company& company) {
  std::vector<std::string> strangers;
  for (const auto* const device : company.strangers) strangers.push_back(describe(*device));
  return fmt::format("{} {} IOMMU group {} with {}", core::enumerate(strangers),
                     is_one(company) ? "shares" : "share", company.share.group,
                     names(company.share.functions));
}

std::vector<Evidence> evidence_of(const Company& company) {
  std::vector<PciAddress> members;
  for (const auto* const device : company.strangers) members.push_back(device->address);
  std::vector<Evidence> evidence{{members_path(company.share.group), names(members)}};
  for (const auto* const device : company.strangers)
    evidence.push_back({sysfs::pci_device(device->address, "driver"), device->driver.value_or("none")});
  return evidence;
}

/// What lets go of a file system that the host can do without; nothing for the system's own.
bool can_be_unmounted(const Holder& holder) {
  constexpr std::array k_system{"/bin", "/boot", "/efi",     "/etc", "/home", "/lib", "/nix",
                                "/opt", "/root", "/sysroot", "/tmp", "/usr",  "/var"};
  if (holder.kind != HolderKind::mount || holder.use == "/") return false;
  return std::ranges::none_of(k_system, [&](const std::string& folder) {
    return holder.use == folder || holder.use.starts_with(folder + "/");
  });
}

/// The commands that unmount what would go along, and the machine as it is then.
struct Unmounted {
  std::vector<std::string> commands;
  Inventory inventory;
};

Unmounted unmounted(const Inventory& inventory, const Target& target, const Target& whole) {
  Unmounted then{{}, inventory};
  std::erase_if(then.inventory.holders, [&](const Holder& holder) {
    const bool along = contains(whole, holder.device) && !contains(target, holder.device);
    if (!along || !can_be_unmounted(holder)) return false;
    auto command = "`umount " + holder.use + "`";
    if (std::ranges::find(then.commands, command) == then.commands.end())
      then.commands.push_back(std::move(command));
    return true;
  });
  return then;
}

bool has_virtual_functions_in(const Inventory& inventory, const Company& company) {
  return std::ranges::any_of(company.share.functions, [&](const PciAddress& function) {
    const auto& device = *inventory.find(function);
    return is_virtual_function(device) &&
           std::ranges::find(company.strangers, *device.sriov->physical_function, &Device::address) !=
               company.strangers.end();
  });
}

/// Where the target would have a group without these strangers, if anywhere.
std::string elsewhere(const Inventory& inventory, const Company& company) {
  const auto& functions = company.share.functions;
  const bool in_slot = std::ranges::any_of(functions, [&](const PciAddress& function) {
    return may_be_moved(inventory, *inventory.find(function));
  });
  if (!in_slot) {
    return fmt::format(
        "{} {} a part of the {}, and nothing changes this group", names(functions),
        functions.size() == 1 ? "is" : "are",
        is_processor_graphics(inventory, *inventory.find(functions.front())) ? "processor" : "board");
  }
  if (has_virtual_functions_in(inventory, company))
    return "it cannot be done in this slot: virtual functions have groups of their own only where the card "
           "and the port above it have ACS";
  const bool one_device = std::ranges::all_of(company.strangers, [&](const Device* stranger) {
    return stranger->address.same_slot(functions.front());
  });
  if (one_device) return "they are functions of one device without ACS, and no slot divides them";
  return "it cannot be done in this slot; a slot below a port with ACS gives it another group (some firmware "
         "has a setting for ACS)";
}

/// The whole group is judged together, as it would go: what is offered is never refused then.
Finding company_of(const Inventory& inventory, const Target& target, const Target& whole,
                   const Company& company) {
  const auto finding = [&](Consent consent, std::string remedy) {
    return blocks(consent, company.share.functions.front(), names_of(company), evidence_of(company),
                  std::move(remedy));
  };
  const char* const them = is_one(company) ? "it" : "them";
  const auto take_along =
      fmt::format("take {} along with `{}` (the host loses {})", them, with_words(whole, target), them);
  const auto refused = refusals(inventory, whole);
  if (refused.empty()) return finding(Consent::may_be_given, take_along);
  const auto of_others = std::ranges::find_if(
      refused, [&](const Finding& refusal) { return refusal.device && !contains(target, *refusal.device); });
  if (of_others == refused.end())
    return finding(Consent::may_be_given, "first remove the other obstacles here");
  const auto then = unmounted(inventory, target, whole);
  if (!then.commands.empty() && refusals(then.inventory, whole).empty()) {
    return finding(Consent::impossible,
                   fmt::format("{}, then {}", core::enumerate(then.commands), take_along));
  }
  return finding(Consent::impossible, fmt::format("{} cannot go along: {}; {}", to_string(*of_others->device),
                                                  of_others->what, elsewhere(inventory, company)));
}

Finding unknown(const Share& share, const std::string& member) {
  return unmeasured(share.functions.front(),
                    fmt::format("{} of IOMMU group {} could not be looked at", member, share.group),
                    {{members_path(share.group), member}}, "run `gpupass doctor` again as root");
}

/// One group of the target's: whatever keeps it from being passed through, or that nothing does.
std::vector<Finding> judge_share(const Inventory& inventory, const Target& target, const Target& whole,
                                 const Share& share) {
  const auto* const group = inventory.group(share.group);
  if (group == nullptr) return {unknown(share, "the members")};
  std::vector<Finding> findings;
  const Company company{share, in_the_way(*group, target, inventory)};
  if (!company.strangers.empty()) findings.push_back(company_of(inventory, target, whole, company));
  for (const auto& member : group->members) {
    if (inventory.find(member) == nullptr) findings.push_back(unknown(share, to_string(member)));
  }
  if (!findings.empty()) return findings;
  return {fine(share.functions.front(), fmt::format("IOMMU group {} can be passed through", share.group),
               {{members_path(share.group), names(group->members)}})};
}

}  // namespace

std::vector<Finding> group_viable(const Inventory& inventory, const Target& target) {
  if (!inventory.iommu.enabled) return {};  // iommu-enabled has it
  std::vector<Finding> findings;
  const auto devices = devices_of(inventory, target);
  auto judged = devices;
  std::erase_if(judged, [&](const Device* device) {
    auto finding = device->iommu_group ? behind_controller(inventory, target, *device)
                                       : std::optional(ungrouped(inventory, *device));
    if (finding) findings.push_back(*std::move(finding));
    return finding.has_value();
  });
  const auto whole = with_groups(inventory, target, {});
  for (const auto& share : shares_of(judged)) {
    append(findings, judge_share(inventory, target, whole, share));
  }
  return findings;
}

}  // namespace gpupass::judge
