// SPDX-License-Identifier: GPL-2.0-or-later
#include <fmt/format.h>

#include "core/text.hpp"
#include "judge/facts.hpp"
#include "judge/findings.hpp"
#include "judge/rules.hpp"

namespace gpupass::rules {
namespace {

std::string modules_folder(const Kernel& kernel) {
  return "/lib/modules/" + kernel.release;
}

Evidence state_of(const Kernel& kernel, const Module& module) {
  if (module.loaded) return {"/sys/module/" + module.name, "present"};
  return {modules_folder(kernel), module.name + (module.available ? " can be loaded" : " is not there")};
}

}  // namespace

std::vector<Finding> vfio_pci_available(const Inventory& inventory, const Target&) {
  const auto& kernel = inventory.kernel;
  std::vector<Evidence> evidence;
  std::vector<std::string> absent;
  for (const auto* const name : {"vfio_pci", "vfio_iommu_type1"}) {
    const auto* const module = kernel.module(name);
    if (module == nullptr || !module->available) absent.emplace_back(name);
    if (module != nullptr) evidence.push_back(state_of(kernel, *module));
  }
  if (absent.empty()) return {fine(k_machine, "the kernel has vfio-pci", evidence)};
  if (const auto problems = unread(inventory, {modules_folder(kernel), "/sys/module", "/proc/modules"});
      !problems.empty() || evidence.empty()) {
    return {unmeasured(k_machine, "whether the kernel has vfio-pci could not be found out", problems,
                       "`modprobe vfio-pci` shows it")};
  }
  return {blocks(Consent::impossible, k_machine,
                 fmt::format("this kernel ({}) has no {}", kernel.release, core::enumerate(absent)), evidence,
                 "boot a kernel with CONFIG_VFIO_PCI and CONFIG_VFIO_IOMMU_TYPE1, as the distributions' full "
                 "kernels have (Debian: `apt install linux-image-amd64`)")};
}

}  // namespace gpupass::rules
