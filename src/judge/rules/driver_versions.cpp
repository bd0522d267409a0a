// SPDX-License-Identifier: GPL-2.0-or-later
#include <fmt/format.h>

#include "gpupass/core/sysfs.hpp"
#include "gpupass/judge/rules.hpp"
#include "judge/findings.hpp"

namespace gpupass::judge {

std::vector<Finding> driver_versions(const Inventory& inventory, const Target& /*target*/) {
  const auto& machine = inventory.containers;
  if (!machine.nvidia) return {};
  const auto& driver = *machine.nvidia;
  std::vector<Evidence> evidence = {{sysfs::kernel_module("nvidia", "version"), driver.version}};
  if (!driver.library_path.empty()) evidence.push_back({driver.library_path, driver.library_version});
  if (const auto trouble = driver.library_trouble(); !trouble.empty())
    return {blocks(Consent::impossible, k_machine, fmt::format("of NVIDIA's driver {}", trouble),
                   std::move(evidence), driver.library_remedy())};
  if (!driver.library_version.empty() && driver.library_version != driver.version)
    return {
        warns(k_machine,
              fmt::format("programs of the host get libcuda.so.1 of version {} and containers that of {}, "
                          "which is the kernel module's",
                          driver.library_version, driver.version),
              std::move(evidence), "remove the other libraries, and run `ldconfig`")};
  return {fine(k_machine,
               fmt::format("NVIDIA's kernel module and libraries are of version {}", driver.version),
               std::move(evidence))};
}

}  // namespace gpupass::judge
