// SPDX-License-Identifier: GPL-2.0-or-later
#include <fmt/format.h>

#include "judge/facts.hpp"
#include "judge/findings.hpp"
#include "judge/rules.hpp"

namespace gpupass::rules {
namespace {

constexpr const char* k_parameter = "/sys/module/vfio_iommu_type1/parameters/allow_unsafe_interrupts";
constexpr const char* k_in_firmware =
    "turn interrupt remapping on: in the firmware's set-up (\"Interrupt Remapping\", with VT-d also "
    "\"x2APIC\"), "
    "and with neither intremap=off nor nointremap on the kernel's command line";

/// "/proc/interrupts: IR-PCI-MSI" as path and value.
std::vector<Evidence> decided_by(const Iommu& iommu) {
  const auto colon = iommu.evidence.find(": ");
  if (colon == std::string::npos) return {};
  return {{iommu.evidence.substr(0, colon), iommu.evidence.substr(colon + 2)}};
}

Finding missing(const Iommu& iommu) {
  auto evidence = decided_by(iommu);
  if (iommu.unsafe_interrupts) {
    evidence.push_back({k_parameter, "Y"});
    return warns(k_machine,
                 "there is no interrupt remapping, and vfio was told to go on without: a guest can "
                 "raise any interrupt of the host",
                 evidence, k_in_firmware);
  }
  return blocks(Consent::impossible, k_machine,
                "there is no interrupt remapping, and the kernel's vfio refuses devices without it", evidence,
                fmt::format("{}; on a machine whose guests you trust like the host, as a last resort, "
                            "`echo Y > {}` after `modprobe vfio_iommu_type1`",
                            k_in_firmware, k_parameter));
}

}  // namespace

std::vector<Finding> interrupt_remapping(const Inventory& inventory, const Target&) {
  const auto& iommu = inventory.iommu;
  if (!iommu.enabled) return {};
  switch (iommu.interrupt_remapping) {
    case Ternary::yes:
      return {fine(k_machine, "interrupts are remapped", decided_by(iommu))};
    case Ternary::no:
      return {missing(iommu)};
    case Ternary::unknown:
      break;
  }
  return {unmeasured(k_machine, "whether interrupts are remapped could not be found out",
                     unread(inventory, {"/proc/interrupts"}),
                     "`journalctl -k -b -g remapping` shows what the kernel said about it at boot")};
}

}  // namespace gpupass::rules
