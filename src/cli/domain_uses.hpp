// SPDX-License-Identifier: GPL-2.0-or-later
// Which domains and networks of libvirt have devices of this machine.
#pragma once

#include <vector>

#include "gpupass/cli/command.hpp"
#include "gpupass/domain.hpp"
#include "gpupass/inventory.hpp"

namespace gpupass::cli {

/// Of every domain but the one with that UUID (empty: of all), in each way in which a domain can have a
/// device, and of every network that is a pool. A domain whose XML is odd is passed over: libvirt looks at it
/// again at its start. Error: what libvirt ends with.
[[nodiscard]] Result<std::vector<DomainUse>> domain_uses(Hypervisor& hypervisor, const Host& host,
                                                         const Inventory& inventory,
                                                         const std::string& except_uuid = {});

/// The devices of the host that a domain's XML names, without its interfaces in networks that hand out none.
/// Error: invalid.
[[nodiscard]] Result<std::vector<DomainDevice>> devices_in(Hypervisor& hypervisor, const std::string& xml);

}  // namespace gpupass::cli
