// SPDX-License-Identifier: GPL-2.0-or-later
// What each kind of step does, how it is seen to be done, and how it is taken back.
#pragma once

#include <optional>
#include <string>

#include "gpupass/apply.hpp"

namespace gpupass::apply_detail {

/// True of a step on a device that is not the plan's any more: nothing is done to it.
[[nodiscard]] bool is_left_alone(const Step& step, const World& world);

/// How things stand before a step.
struct Look {
  bool already = false;  // nothing to do, and so nothing to undo later
  std::string before;    // the value that its undo needs
};

[[nodiscard]] Result<Look> look(const Step& step, World& world);

/// Does the step and reads back that it is done. Where the kernel does not return, the child that
/// is in it.
[[nodiscard]] Result<WriteEnd> carry_out(const Step& step, World& world);

/// What a later undo needs to see unchanged; empty for most steps.
[[nodiscard]] Result<std::string> result_of(const Step& step, World& world);

/// Takes a step back, as far as the machine shows that it had an effect, and reads back that it is.
[[nodiscard]] Result<WriteEnd> undo(const Step& step, const JournalEntry& entry, World& world);

}  // namespace gpupass::apply_detail
