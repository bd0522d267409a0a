// SPDX-License-Identifier: GPL-2.0-or-later
// What a `guest create` that was killed left, for `recover`.
#pragma once

#include <string>
#include <vector>

#include "cli/guest/under_way.hpp"
#include "gpupass/cli/command.hpp"

namespace gpupass::cli {

struct InterruptedCreate {
  UnderWay guest;
  bool is_defined = false;  // libvirt has it: only its record is left over
};

/// One of them stops no other: those of which it is known, and what was said of the rest.
struct InterruptedCreates {
  std::vector<InterruptedCreate> creates;
  std::vector<Error> errors;  // of a libvirt that does not say whether it has the guest, or of what was tried
};

/// Those of no process that is at work.
[[nodiscard]] InterruptedCreates interrupted_creates(Context& context, std::chrono::milliseconds timeout);

/// A guest that libvirt does not have is undone, and the record of any other is removed. Gives those of which
/// that was done.
[[nodiscard]] InterruptedCreates end_interrupted_creates(Context& context, std::chrono::milliseconds timeout);

}  // namespace gpupass::cli
