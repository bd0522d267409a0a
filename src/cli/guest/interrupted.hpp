// SPDX-License-Identifier: GPL-2.0-or-later
// What a `guest create` that was killed left, for `recover`.
#pragma once

#include <string>
#include <vector>

#include "cli/change.hpp"
#include "cli/guest/under_way.hpp"

namespace gpupass::cli {

struct InterruptedCreate {
  UnderWay guest;
  bool is_defined = false;  // libvirt has it: only its record is left over
};

/// Those of no process that is at work. Error: that of a libvirt that does not say whether it has the guest.
[[nodiscard]] Result<std::vector<InterruptedCreate>> interrupted_creates(Context& context,
                                                                         std::chrono::milliseconds timeout);

/// A guest that libvirt does not have is undone, and the record of any other is removed. Gives those of which
/// that was done.
[[nodiscard]] Result<std::vector<InterruptedCreate>> end_interrupted_creates(
    Context& context, std::chrono::milliseconds timeout);

}  // namespace gpupass::cli
