// SPDX-License-Identifier: GPL-2.0-or-later
// The end of a guest: what create() made goes.
#pragma once

#include "gpupass/run/guest.hpp"

namespace gpupass::run {

/// Gives a guest's cards back, forgets it and removes the files that were made for it, its disk with all that
/// is on it; a person has to agree to that. Errors: busy, where it runs; as of open_guest().
[[nodiscard]] Result<Done> remove(session::World& world, const session::Manner& manner,
                                  const GuestChoice& choice);

}  // namespace gpupass::run
