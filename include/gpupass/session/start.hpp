// SPDX-License-Identifier: GPL-2.0-or-later
// What libvirt's hook asks before a domain starts. A call of libvirt from here would wait for itself: the
// domain's XML and this machine's files are all it looks at.
#pragma once

#include <string>

#include "gpupass/session/change.hpp"

namespace gpupass::session {

/// What a start of this domain would be refused for, and nothing else: it reads, and changes nothing. Its
/// cards are the functions that gpupass gave it; empty: it has none. Errors: refused; invalid, for XML that
/// is none.
[[nodiscard]] Result<Functions> check_start(const World& world, const std::string& domain,
                                            const std::string& xml);

}  // namespace gpupass::session
