// SPDX-License-Identifier: GPL-2.0-or-later
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "gpupass/judge/facts.hpp"
#include "gpupass/judge/judge.hpp"
#include "gpupass/judge/rules.hpp"
#include "gpupass/judge/viability.hpp"

namespace gpupass::judge {
namespace {

// Of weight only for a card that goes into a guest.
constexpr Occasions k_for_guests = {Occasion::doctor, Occasion::attach, Occasion::start};
// Of how things are now: a boot that is to come finds them otherwise.
constexpr Occasions k_now = k_for_guests | Occasions{Occasion::bind};
constexpr Occasions k_always = k_now | Occasions{Occasion::boot};
// Of weight only where containers get the host's cards, which stay on their drivers.
constexpr Occasions k_for_containers = {Occasion::container};

// docs/doctor-rules.md has a section for each; a test compares the two.
constexpr std::array k_table = {
    Rule{"iommu-enabled",
         "The IOMMU is on",
         "The IOMMU keeps a guest's card inside the guest's memory. Without one, nothing can be passed "
         "through.",
         k_now,
         iommu_enabled,
         {Occasion::boot},
         iommu_enabled_at_boot},
    Rule{"acs-override", "Groups are as the hardware has them",
         "The kernel puts devices that could reach each other into one group. An option of patched kernels "
         "splits groups nevertheless; the devices can still reach each other.",
         k_always, acs_override},
    Rule{"interrupt-remapping", "Interrupts are remapped",
         "A card signals by writing to memory. Remapping (on arm64: the interrupt controller's ITS) keeps a "
         "guest from forging signals meant for the host; the kernel passes nothing through without it unless "
         "it is told to.",
         k_for_guests, interrupt_remapping},
    Rule{"vfio-pci-available", "The kernel has vfio-pci",
         "vfio-pci is the driver that holds a device for a guest, in place of the host's own driver.",
         k_always, vfio_pci_available},
    Rule{"sys-writable", "The kernel's files can be written",
         "A device is taken from its driver by writing to files below /sys. In most containers they are "
         "read-only.",
         k_always | Occasions{Occasion::give_back}, sys_writable},
    Rule{"kvm-usable", "KVM runs virtual machines",
         "Without KVM a guest runs in software emulation, many times slower. A /dev/kvm that can be opened "
         "is not enough: an x86 processor must have vmx or svm, and the kernel must be able to create a "
         "virtual machine.",
         k_for_guests, kvm_usable},
    Rule{"dead-device", "The card answers",
         "A card that fell off its bus, or was not reset after its last guest, reads as all ones; only "
         "cutting its power brings it back.",
         k_always, dead_device},
    Rule{"header-type", "Only endpoints are passed",
         "A bridge connects buses and does nothing by itself, and the board's own parts are of no use in a "
         "guest: they stay with the host.",
         k_always | Occasions{Occasion::write_xml}, header_type},
    Rule{"sriov", "It has no virtual functions",
         "A card that is split into virtual functions cannot be given away whole before they are "
         "removed.",
         k_always, sriov},
    Rule{"group-viable",
         "Its IOMMU group goes with it",
         "Members of one IOMMU group cannot be kept apart from each other, so all of them go to the "
         "guest or none. Bridges may stay on their own drivers.",
         k_for_guests | Occasions{Occasion::company},
         group_viable,
         {},
         nullptr,
         Agreed::once},
    Rule{
        "direct-mapping", "Firmware ties no memory to it",
        "Firmware may demand that a device reaches a range of memory untranslated, for something that runs "
        "behind the system's back. A guest's card is always translated, so the kernel refuses such a device.",
        k_always, direct_mapping},
    Rule{"nvswitch-fabric", "Its NVSwitches are provided for",
         "On a board with NVSwitches the GPUs reach each other through them, and start only once Fabric "
         "Manager has set them up: in the guest that has all GPUs and all switches, or outside for guests "
         "that share them.",
         k_always, nvswitch_fabric},
    Rule{"host-depends", "The host can do without it",
         "A device that carries the host's root file system, another mounted file system, swap, a layer of "
         "storage, what the host exports, or its only default route would take the host down with it.",
         k_always, host_depends},
    Rule{"boot-display",
         "It does not drive the screen",
         "When the card that shows the host's console goes to a guest, the screen goes dark until the "
         "guest draws on it.",
         k_now,
         boot_display,
         {Occasion::boot_without},
         boot_display_without},
    Rule{"device-held",
         "No process has it open",
         "A driver releases a device only when nobody has it open; until then the unbinding blocks, "
         "beyond the reach of any signal.",
         k_now | Occasions{Occasion::loan},
         device_held,
         {Occasion::give_back},
         device_held_by_vfio},
    Rule{"domain-use", "No domain has it",
         "libvirt notices only at the second start that two domains have one device. A network that is a "
         "pool gives its functions to any guest that starts.",
         k_always | Occasions{Occasion::claim}, domain_use},
    Rule{"reset-method", "It can be reset",
         "A reset between users clears what the last one left in the card. A reset of the bus reaches "
         "every function on that bus.",
         k_always, reset_method},
    Rule{"driver-returns", "A driver takes it back",
         "After the guest, the card goes back to the driver that it had. A card that was on vfio-pci before "
         "stays there.",
         k_always, driver_returns},
    Rule{"driver-versions", "The driver's parts have one version",
         "NVIDIA's kernel module accepts calls only from libraries of its own version. The versions differ "
         "after an update, until the module is reloaded.",
         k_for_containers, driver_versions},
    Rule{"device-nodes", "The nodes exist, with the driver's numbers",
         "A container opens a card by its nodes. A node that is missing, or is left from an earlier boot "
         "with another number, cannot be used.",
         k_for_containers, device_nodes},
    Rule{"cdi-files", "Engines read every CDI file",
         "An engine ignores a whole file because of one thing that it does not know, and then says only that "
         "the file's names cannot be resolved.",
         k_for_containers, cdi_files},
    Rule{"cdi-names", "No CDI name is defined twice",
         "If two files of one folder define the same name, engines use neither.", k_for_containers,
         cdi_names},
    Rule{"cdi-current", "CDI files name what exists",
         "A file is written once and names libraries and nodes by their paths. After an update of the "
         "driver, or when a card goes to a guest, containers cannot be started with it.",
         k_for_containers, cdi_current},
    Rule{"docker-confined", "Docker sees the driver",
         "Docker that was installed as a snap is confined: it sees neither the driver's libraries nor the "
         "files in /etc/cdi.",
         k_for_containers, docker_confined},
    Rule{"selinux-labels", "SELinux lets containers use devices",
         "SELinux keeps containers from device nodes that were not created for them, whatever their "
         "permissions say.",
         k_for_containers, selinux_labels},
    Rule{"toolkit-legacy", "Devices are given by the engine",
         "NVIDIA's toolkit in legacy mode adds devices without the engine's knowledge: a `systemctl "
         "daemon-reload` takes them from running containers, and rootless engines may not do it at all.",
         k_for_containers, toolkit_legacy},
    Rule{"mapped-users", "Engines may change device cgroups",
         "In an unprivileged container, root is an ordinary user of the host and may not change which "
         "devices a container gets. NVIDIA's toolkit in legacy mode does that for each container that an "
         "engine starts there.",
         k_for_containers, mapped_users},
    Rule{"mig-nodes", "The parts that MIG makes have their nodes",
         "A program uses a part of a card through a node of the part. A CDI file that was written before a "
         "part was made does not give it to a container.",
         k_for_containers, mig_nodes},
    Rule{"fabric-manager", "Fabric Manager has the NVSwitches",
         "Cards on an NVSwitch wait for Fabric Manager, which runs on the host for the host and all "
         "containers. Until then CUDA starts in none of them.",
         k_for_containers, fabric_manager},
    Rule{"nccl-namespaces", "NCCL takes containers for one machine",
         "NCCL copies between cards directly where it takes two programs for programs of one machine. It "
         "takes containers with own namespaces for two machines, and says nothing.",
         k_for_containers, nccl_namespaces},
};

/// Where in the target a finding's device stands; those of the machine come first.
std::size_t place_of(const Finding& finding, const Target& target) {
  if (!finding.device) return 0;
  const auto found = std::ranges::find(target.functions, *finding.device);
  return static_cast<std::size_t>(found - target.functions.begin()) + 1;
}

/// Nothing if the rule is not asked.
Function function_for(const Rule& rule, Occasion occasion) {
  if (rule.occasions.contains(occasion)) return rule.function;
  return rule.others.contains(occasion) ? rule.on_others : nullptr;
}

bool may_be_agreed_to(const Finding& finding) {
  return finding.severity == Severity::blocks && finding.consent == Consent::may_be_given;
}

}  // namespace

std::span<const Rule> table() {
  return k_table;
}

std::vector<Rule> asked_on(Occasion occasion) {
  std::vector<Rule> asked;
  std::ranges::copy_if(k_table, std::back_inserter(asked),
                       [&](const Rule& rule) { return function_for(rule, occasion) != nullptr; });
  return asked;
}

std::vector<Finding> all_findings(const Inventory& inventory, const Target& target, Occasion occasion) {
  std::vector<Finding> findings;
  for (const auto& rule : table()) {
    const auto function = function_for(rule, occasion);
    if (function == nullptr) continue;
    auto found = function(inventory, target);
    if (occasion == Occasion::start && rule.agreed == Agreed::for_all_starts)
      std::erase_if(found, may_be_agreed_to);
    std::ranges::stable_sort(found, {}, [&](const Finding& f) { return place_of(f, target); });
    for (auto& finding : found) {
      finding.rule = rule.id;
      findings.push_back(std::move(finding));
    }
  }
  return findings;
}

namespace {

// Asked are all rules for which a target could be refused then: what is not refused is possible.
constexpr Occasions k_whole = {Occasion::doctor, Occasion::attach, Occasion::start, Occasion::bind,
                               Occasion::boot};

/// A companion that is refused may stay with the host, where that is all it takes.
void offer_only(const Inventory& inventory, const Target& target, Occasion occasion,
                std::vector<Finding>& findings) {
  if (!k_whole.contains(occasion)) return;
  const auto only = without_companions(inventory, target);
  if (only == target) return;
  const auto is_refused = [&](const Finding& finding) {
    return is_refusal(finding) && finding.device && contains(target, *finding.device) &&
           !contains(only, *finding.device);
  };
  if (std::ranges::none_of(findings, is_refused) || !refusals(inventory, only, occasion).empty()) return;
  for (auto& finding : findings) {
    if (!is_refused(finding)) continue;
    finding.remedy += fmt::format("{}pass {} without {}: `--only`", finding.remedy.empty() ? "" : "; or ",
                                  names(only.functions), to_string(*finding.device));
  }
}

}  // namespace

std::vector<Finding> findings_of(const Inventory& inventory, const Target& target, Occasion occasion) {
  auto findings = all_findings(inventory, target, occasion);
  offer_only(inventory, target, occasion, findings);
  return findings;
}

bool is_refusal(const Finding& finding) {
  return finding.severity == Severity::blocks && finding.consent == Consent::impossible;
}

std::vector<Finding> obstacles(const Inventory& inventory, const Target& target, Occasion occasion) {
  auto findings = findings_of(inventory, target, occasion);
  std::erase_if(findings, [](const Finding& finding) { return finding.severity != Severity::blocks; });
  return findings;
}

Severity worst(const std::vector<Finding>& findings) {
  const auto heaviest = std::ranges::max_element(findings, {}, &Finding::severity);
  return heaviest == findings.end() ? Severity::fine : heaviest->severity;
}

}  // namespace gpupass::judge
