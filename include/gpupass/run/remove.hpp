// SPDX-License-Identifier: GPL-2.0-or-later
// The end of a guest: removes what create() made.
#pragma once

#include "gpupass/run/guest.hpp"

namespace gpupass::run {

/// Returns a guest's cards, forgets it and removes the files that were made for it, including its disk; a
/// person has to agree to that. Errors: busy, if it runs; as of open_guest().
[[nodiscard]] Result<Done> remove(session::World& world, const session::Manner& manner,
                                  const GuestChoice& choice);

}  // namespace gpupass::run
