// SPDX-License-Identifier: GPL-2.0-or-later
#include <fmt/format.h>

#include "gpupass/core/sysfs.hpp"
#include "gpupass/core/text.hpp"
#include "gpupass/judge/facts.hpp"
#include "gpupass/judge/rules.hpp"
#include "judge/findings.hpp"

namespace gpupass::judge {
namespace {

std::string modules_folder(const Kernel& kernel) {
  return "/lib/modules/" + kernel.release;
}

Evidence state_of(const Kernel& kernel, const Module& module) {
  if (module.loaded) return {sysfs::kernel_module(module.name), "present"};
  return {modules_folder(kernel), module.name + (module.available ? " can be loaded" : " is not there")};
}

/// The part of vfio that maps a guest's memory in the IOMMU.
const char* back_end_of(const Kernel& kernel) {
  return kernel.architecture.starts_with("ppc64") ? "vfio_iommu_spapr_tce" : "vfio_iommu_type1";
}

bool is_available(const Kernel& kernel, std::string_view name) {
  const auto* const module = kernel.module(name);
  return module != nullptr && module->available;
}

std::string full_kernel(const Kernel& kernel) {
  std::string remedy =
      "boot a kernel with CONFIG_VFIO_PCI and CONFIG_VFIO_IOMMU_TYPE1, as the distributions' full kernels "
      "have";
  if (kernel.is_x86()) remedy += " (Debian: `apt install linux-image-amd64`)";
  if (kernel.is_arm64()) remedy += " (Debian: `apt install linux-image-arm64`)";
  return remedy;
}

}  // namespace

std::vector<Finding> vfio_pci_available(const Inventory& inventory, const Target&) {
  const auto& kernel = inventory.kernel;
  const auto* const back_end = back_end_of(kernel);
  std::vector<Evidence> evidence;
  std::vector<std::string> absent;
  for (const auto* const name : {"vfio_pci", back_end}) {
    if (!is_available(kernel, name)) absent.emplace_back(name);
    if (const auto* const module = kernel.module(name)) evidence.push_back(state_of(kernel, *module));
  }
  if (absent.empty()) return {fine(k_machine, "the kernel has vfio-pci", evidence)};
  if (const auto problems = unread(inventory, {modules_folder(kernel), sysfs::k_modules, "/proc/modules"});
      !problems.empty() || evidence.empty()) {
    return {unmeasured(k_machine, "whether the kernel has vfio-pci could not be found out", problems,
                       "`modprobe vfio-pci` shows it")};
  }
  if (is_available(kernel, "vfio_pci") && kernel.architecture.empty()) {
    evidence.push_back(architecture_of(inventory));
    return {unmeasured(k_machine,
                       "the kernel has vfio-pci, but which part of vfio maps memory here is not known",
                       evidence, "`modprobe vfio-pci && ls /dev/vfio` shows it on the machine itself")};
  }
  if (is_available(kernel, "vfio_pci") && is_available(kernel, "iommufd")) {
    evidence.push_back(state_of(kernel, *kernel.module("iommufd")));
    return {warns(k_machine,
                  fmt::format("this kernel ({}) has no {}: a guest reaches its card through iommufd alone",
                              kernel.release, back_end),
                  evidence,
                  fmt::format("a libvirt and QEMU that use iommufd, or a kernel with CONFIG_{} or "
                              "CONFIG_IOMMUFD_VFIO_CONTAINER",
                              back_end == std::string_view("vfio_iommu_type1") ? "VFIO_IOMMU_TYPE1"
                                                                               : "VFIO_IOMMU_SPAPR_TCE"))};
  }
  return {blocks(Consent::impossible, k_machine,
                 fmt::format("this kernel ({}) has no {}", kernel.release, core::enumerate(absent)), evidence,
                 full_kernel(kernel))};
}

}  // namespace gpupass::judge
