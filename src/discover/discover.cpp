// SPDX-License-Identifier: GPL-2.0-or-later
// Reads the machine once, each part by its own file, and joins what they say.
#include "gpupass/discover/discover.hpp"
#include "discover/functions.hpp"
#include "discover/holders/holders.hpp"
#include "discover/holders/scan.hpp"
#include "discover/iommu.hpp"
#include "discover/kernel.hpp"
#include "discover/modules.hpp"
#include "discover/names.hpp"
#include "discover/pci.hpp"
#include "discover/serials.hpp"
#include "discover/sys_mount.hpp"
#include "gpupass/discover/holders.hpp"

namespace gpupass::discover {

Result<Inventory> read_inventory(const Host& host, Parts parts) {
  Inventory inventory;
  auto& [devices, groups, iommu, kernel, kvm, holders, holders_complete, running, problems, sys_read_only,
         uses, containers] = inventory;
  GPUPASS_TRY_ASSIGN(devices, read_functions(host, problems));
  name_devices(host, name_list(), devices, problems);
  groups = read_groups(host, devices, problems);
  kernel = read_kernel(host, problems);
  if (!kernel.release.empty()) find_modules(host, kernel.release, devices, problems);
  kvm = read_kvm(host, problems);
  iommu = read_iommu(host, inventory, problems);
  if (parts.holders) read_holders(host, inventory);
  if (parts.containers && !parts.holders)
    inventory.running_containers = read_containers(host, scan_namespaces(host));
  read_driver_overrides(host, devices, problems);
  read_slow_serials(host, parts.serials_of, devices);
  sys_read_only = is_sys_read_only(host);
  return inventory;
}

}  // namespace gpupass::discover
