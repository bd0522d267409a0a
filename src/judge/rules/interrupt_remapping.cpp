// SPDX-License-Identifier: GPL-2.0-or-later
#include <fmt/format.h>

#include "gpupass/core/sysfs.hpp"
#include "gpupass/judge/facts.hpp"
#include "gpupass/judge/rules.hpp"
#include "judge/findings.hpp"

namespace gpupass::judge {
namespace {

constexpr const char* k_in_firmware =
    "turn interrupt remapping on: in the firmware's set-up (\"Interrupt Remapping\", with VT-d also "
    "\"x2APIC\"), and with neither intremap=off nor nointremap on the kernel's command line";

constexpr const char* k_on_arm64 =
    "the kernel knows interrupts as isolated where a GICv3 with an ITS delivers them: have the firmware "
    "describe the ITS, if the machine has one";

/// "/proc/interrupts: IR-PCI-MSI" as path and value.
std::vector<Evidence> decided_by(const Iommu& iommu) {
  const auto colon = iommu.evidence.find(": ");
  if (colon == std::string::npos) return {};
  return {{iommu.evidence.substr(0, colon), iommu.evidence.substr(colon + 2)}};
}

Finding isolated(const Inventory& inventory) {
  return fine(k_machine,
              inventory.kernel.is_arm64() ? "interrupts are isolated by the interrupt controller's ITS"
                                          : "interrupts are remapped",
              decided_by(inventory.iommu));
}

Finding missing(const Inventory& inventory) {
  const auto& iommu = inventory.iommu;
  const std::string what = inventory.kernel.is_arm64()
                               ? "the interrupt controller does not isolate the interrupts of devices"
                               : "there is no interrupt remapping";
  const auto* const mend = inventory.kernel.is_arm64() ? k_on_arm64 : k_in_firmware;
  auto evidence = decided_by(iommu);
  if (iommu.unsafe_interrupts) {
    evidence.push_back({iommu.unsafe_by, "allow_unsafe_interrupts"});
    return warns(k_machine,
                 what + ", and vfio was told to go on without: a guest can raise any interrupt of the host",
                 evidence, mend);
  }
  return blocks(Consent::impossible, k_machine, what + ", and the kernel's vfio refuses devices without it",
                evidence,
                fmt::format("{}; on a machine whose guests you trust like the host, as a last resort, "
                            "`echo Y > {}` after `modprobe vfio_iommu_type1`",
                            mend, sysfs::k_unsafe_interrupts));
}

Finding not_known(const Inventory& inventory) {
  auto evidence = decided_by(inventory.iommu);
  append(evidence, unread(inventory, {"/proc/interrupts"}));
  const auto& kernel = inventory.kernel;
  if (kernel.is_x86()) {
    return unmeasured(k_machine, "whether interrupts are remapped could not be found out", evidence,
                      "`journalctl -k -b -g remapping` shows what the kernel said about it at boot");
  }
  evidence.push_back(architecture_of(inventory));
  return unmeasured(
      k_machine,
      kernel.is_arm64()
          ? "whether the interrupts of devices are isolated could not be found out: no ITS is seen"
          : fmt::format("whether the interrupts of devices are isolated is not known: gpupass does not know "
                        "how {} shows it",
                        describe_architecture(kernel)),
      evidence,
      "where they are not, vfio refuses the device, and `journalctl -k -b -g 'interrupt remapping'` shows "
      "\"No interrupt remapping support\"");
}

}  // namespace

std::vector<Finding> interrupt_remapping(const Inventory& inventory, const Target&) {
  const auto& iommu = inventory.iommu;
  if (!iommu.enabled) return {};
  switch (iommu.interrupt_remapping) {
    case Ternary::yes:
      return {isolated(inventory)};
    case Ternary::no:
      return {missing(inventory)};
    case Ternary::unknown:
      break;
  }
  return {not_known(inventory)};
}

}  // namespace gpupass::judge
