// SPDX-License-Identifier: GPL-2.0-or-later
// Reads the machine once, each part by its own file, and joins what they say.
#include "gpupass/discover.hpp"
#include "discover/functions.hpp"
#include "discover/iommu.hpp"
#include "discover/kernel.hpp"
#include "discover/modules.hpp"
#include "discover/names.hpp"
#include "discover/pci.hpp"
#include "discover/serials.hpp"
#include "discover/sys_mount.hpp"
#include "gpupass/discover/holders.hpp"

namespace gpupass {

Result<Inventory> discover(const Host& host, DiscoverParts parts) {
  Inventory inventory;
  auto& [devices, groups, iommu, kernel, kvm, holders, holders_complete, problems, sys_read_only, uses,
         containers] = inventory;
  GPUPASS_TRY_ASSIGN(devices, discovery::read_functions(host, problems));
  discovery::name_devices(host, discovery::name_list(), devices, problems);
  groups = discovery::read_groups(host, devices, problems);
  kernel = discovery::read_kernel(host, problems);
  if (!kernel.release.empty()) discovery::find_modules(host, kernel.release, devices, problems);
  kvm = discovery::read_kvm(host, problems);
  iommu = discovery::read_iommu(host, inventory, problems);
  if (parts.holders) discovery::read_holders(host, inventory);
  discovery::read_driver_overrides(host, devices, problems);
  discovery::read_slow_serials(host, parts.serials_of, devices);
  sys_read_only = discovery::is_sys_read_only(host);
  return inventory;
}

}  // namespace gpupass
