// SPDX-License-Identifier: GPL-2.0-or-later
// What libvirt's hook asks before a domain starts. A call of libvirt from the hook would wait for itself: the
// domain's XML and this machine's files are all that the check looks at.
#pragma once

#include <string>

#include "gpupass/session/change.hpp"

namespace gpupass::session {

/// A domain by the name that libvirt has for it, with its configuration.
struct StartingDomain {
  std::string name, xml;
};
[[nodiscard]] Result<StartingDomain> starting_domain(const World& world, const std::string& uri,
                                                     const std::string& name);

/// What a start of this domain would be refused for, and nothing else: it reads, and changes nothing. Its
/// cards are the functions that gpupass gave it; empty: it has none. Errors: refused; invalid, for XML that
/// is none.
[[nodiscard]] Result<Functions> check_start(const World& world, const std::string& domain,
                                            const std::string& xml);

}  // namespace gpupass::session
