// SPDX-License-Identifier: GPL-2.0-or-later
// CDI files while cards change drivers: gpupass's own is updated; for others it reports which names no longer
// work.
#pragma once

#include <string>
#include <vector>

#include "gpupass/session/change.hpp"

namespace gpupass::session {

/// Adds a step that takes the names of cards that leave their drivers out of gpupass's own CDI files, before
/// the first driver lets go. `locks` gets the lock of those files, where there is such a step. A file that
/// somebody changed is left unchanged, with a note.
[[nodiscard]] Result<void> take_from_descriptions(World& world, const Manner& manner, Plan& plan,
                                                  Locks& locks);

/// Names that come back into gpupass's own CDI files, and the plan that puts them there. Without steps where
/// there are none.
struct ReturningNames {
  std::vector<std::string> names;  // "gpupass/card=0000:01:00.0"
  Plan plan;
};
/// Those whose cards containers can have again: of these functions; of none named, of all. A card's nodes are
/// known only once its driver has it, so this is a plan of its own, behind that which brings the card back.
[[nodiscard]] Result<ReturningNames> returning_names(const World& world, Requester& requester,
                                                     const Functions& functions);

}  // namespace gpupass::session
