// SPDX-License-Identifier: GPL-2.0-or-later
// A journal that only this gpupass works on.
#pragma once

#include <optional>

#include "gpupass/session/change.hpp"

namespace gpupass::session {

struct Claim {
  Locks locks;                           // that make it so
  std::optional<JournalRecord> journal;  // as it is now; nothing: its command was at work and ended by itself
};

/// Locks what the journal is about. Whoever is at work there, or still in the kernel with a device, is an
/// error of kind busy.
[[nodiscard]] Result<Claim> claim(World& world, const Manner& manner, const JournalRecord& seen);

}  // namespace gpupass::session
