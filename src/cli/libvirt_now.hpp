// SPDX-License-Identifier: GPL-2.0-or-later
// What libvirt says of domains and their devices right now, for commands that only look: at once, or not at all.
#pragma once

#include <optional>
#include <vector>

#include "cli/options.hpp"
#include "gpupass/hypervisor.hpp"
#include "gpupass/inventory.hpp"

namespace gpupass::cli {

struct LibvirtNow {
  std::vector<DomainState> domains;
  std::vector<DomainUse> uses;
};

/// Whether this connection may be opened without a person: nothing else is waited for and nobody is asked for a
/// password. Of a captured machine libvirt says nothing.
[[nodiscard]] bool may_ask(const Context& context, const std::string& uri);

/// Nothing where libvirt does not answer.
[[nodiscard]] std::optional<LibvirtNow> libvirt_now(Context& context, const std::string& uri,
                                                    const Inventory& inventory);

/// Of the connection that --connect names, on a captured machine, too, or else of the default one where it may be
/// asked. Error: of a connection that was named and does not answer.
[[nodiscard]] Result<std::optional<LibvirtNow>> libvirt_now(Context& context, const po::variables_map& values,
                                                            const Inventory& inventory);

}  // namespace gpupass::cli
