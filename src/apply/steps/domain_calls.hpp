// SPDX-License-Identifier: GPL-2.0-or-later
// Calls of libvirt that change a domain. libvirt's answer is not trusted: the result is checked.
#pragma once

#include <string>
#include <vector>

#include "gpupass/apply/apply.hpp"

namespace gpupass::apply {

/// Error: hypervisor, if the plan has no connection.
[[nodiscard]] Result<DomainStore*> domains(Doors& doors);
[[nodiscard]] Result<DomainLife*> life_of_domains(Doors& doors);

/// Whether two texts give a domain the same functions.
[[nodiscard]] Result<bool> same_functions(const std::string& a, const std::string& b);
/// Whether the running guest has this function.
[[nodiscard]] Result<bool> has_live(Doors& doors, const std::string& domain, const PciAddress& device);

/// Each of these succeeds when the domain is as asked, whatever the call ended with.
[[nodiscard]] Result<WriteEnd> define(Doors& doors, const std::string& domain, const std::string& xml);
/// Not while it runs: its files are about to go.
[[nodiscard]] Result<WriteEnd> undefine(Doors& doors, const std::string& domain);
[[nodiscard]] Result<WriteEnd> start(Doors& doors, const std::string& domain);
[[nodiscard]] Result<WriteEnd> plug_in(Doors& doors, const std::string& domain, const PciAddress& device,
                                       const std::string& xml);
[[nodiscard]] Result<WriteEnd> unplug(Doors& doors, const std::string& domain, const PciAddress& device,
                                      const std::string& xml);

}  // namespace gpupass::apply
