// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <optional>
#include <string>

#include "gpupass/hypervisor.hpp"

namespace gpupass::virt {

/// The domain, or nothing if libvirt has none of that name. Error: of a libvirt that does not say.
[[nodiscard]] inline Result<std::optional<DomainState>> find_domain(DomainStore& domains,
                                                                    const std::string& name) {
  auto state = domains.domain(name);
  if (state) return std::optional(*std::move(state));
  if (state.error().kind == ErrorKind::not_found) return std::optional<DomainState>();
  return Failure(std::move(state).error());
}

}  // namespace gpupass::virt
