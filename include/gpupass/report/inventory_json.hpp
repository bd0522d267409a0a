// SPDX-License-Identifier: GPL-2.0-or-later
// An inventory as JSON. Addresses are text ("0000:01:00.0"), ids and class codes hexadecimal text as
// sysfs writes them ("0x10de"), sizes numbers of bytes; what is not known is null.
#pragma once

#include <iosfwd>

#include "gpupass/core/json.hpp"
#include "gpupass/inventory.hpp"
#include "gpupass/report/domains.hpp"

namespace gpupass::report {

[[nodiscard]] core::Json to_json(const Device& device);
[[nodiscard]] core::Json to_json(const IommuGroup& group);
[[nodiscard]] core::Json to_json(const Iommu& iommu);
[[nodiscard]] core::Json to_json(const Kernel& kernel);
[[nodiscard]] core::Json to_json(const Kvm& kvm);
[[nodiscard]] core::Json to_json(const Holder& holder);
[[nodiscard]] core::Json to_json(const std::vector<Problem>& problems);

/// What libvirt says of the devices.
struct DomainsNow {
  std::vector<LibvirtAnswer> asked;
  std::vector<Assignment> assignments;
};

/// The document gpupass.list/2, a line for each of `shown`, which are devices of the inventory, with
/// the groups, holders and domains of those.
void write_list(std::ostream& out, const Inventory& inventory, const std::vector<const Device*>& shown,
                const DomainsNow& domains);

}  // namespace gpupass::report
