// SPDX-License-Identifier: GPL-2.0-or-later
// What is taken for a while, by whoever holds the locks for all of that time, and is put back by them or, if
// they are killed, by `gpupass recover`.
#pragma once

#include "gpupass/session/domain.hpp"
#include "gpupass/session/session.hpp"

namespace gpupass::session {

/// Carries a plan out until it is put back. The world, the hypervisor and the locks must outlive the outcome.
[[nodiscard]] Result<apply::Borrowed> borrow(World& world, const Manner& manner, Plan plan,
                                             Hypervisor* hypervisor, const Locks& locks);

/// Functions on vfio-pci for no domain, with what `gpupass bind` refuses and asks.
[[nodiscard]] Result<apply::Borrowed> borrow_binding(World& world, const Manner& manner,
                                                     const Functions& functions, const Locks& locks);

/// A run of a domain that is off, with the devices that the start names, which its configuration gets; with
/// what `gpupass attach` refuses and asks.
[[nodiscard]] Result<apply::Borrowed> borrow_run(World& world, const Manner& manner, OpenDomain& domain,
                                                 const StartDomain& start, const Locks& locks);

}  // namespace gpupass::session
