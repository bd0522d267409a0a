// SPDX-License-Identifier: GPL-2.0-or-later
// Which domains and networks of libvirt have devices of this machine.
#pragma once

#include <vector>

#include "gpupass/domain.hpp"
#include "gpupass/inventory.hpp"
#include "gpupass/session/world.hpp"

namespace gpupass::session {

/// A domain as libvirt says it; its XML is empty for a view that it does not have.
struct DomainTexts {
  DomainState state;
  std::string live, config;
};

/// What libvirt says of domains and networks, before anything of this machine is looked at.
struct LibvirtTexts {
  std::vector<DomainTexts> domains;
  std::vector<std::string> networks;
};

/// Error: what libvirt ends with; where only networks cannot be asked there are none.
[[nodiscard]] Result<LibvirtTexts> read_texts(Hypervisor& hypervisor);

/// Of every domain but the one with that UUID (empty: of all), in each way in which a domain can have a
/// device, and of every network that is a pool. A domain whose XML is odd is passed over: libvirt looks at it
/// again at its start.
[[nodiscard]] std::vector<DomainUse> domain_uses(const LibvirtTexts& texts, const Host& host,
                                                 const Inventory& inventory,
                                                 const std::string& except_uuid = {});

/// The same of a libvirt that is asked now. Error: what libvirt ends with.
[[nodiscard]] Result<std::vector<DomainUse>> domain_uses(Hypervisor& hypervisor, const Host& host,
                                                         const Inventory& inventory,
                                                         const std::string& except_uuid = {});

/// The devices of the host that a domain's XML names, without its interfaces in networks that hand out none.
/// Error: invalid.
[[nodiscard]] Result<std::vector<DomainDevice>> devices_in(HypervisorFacts& libvirt, const std::string& xml);

}  // namespace gpupass::session
