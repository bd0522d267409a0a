// SPDX-License-Identifier: GPL-2.0-or-later
// What a step of any kind does, how it is seen to be done, and how it is taken back.
#pragma once

#include <optional>
#include <string>

#include "apply/steps/kind.hpp"
#include "gpupass/apply/apply.hpp"

namespace gpupass::apply {

/// True of a step on a device that is not the plan's any more: nothing is done to it.
[[nodiscard]] bool is_left_alone(const Step& step, const Doors& doors);

[[nodiscard]] Result<Look> look(const Step& step, Doors& doors);

/// Does the step and reads back that it is done. Where the kernel does not return, the child that
/// is in it.
[[nodiscard]] Result<WriteEnd> carry_out(const Step& step, Doors& doors);

/// True of a step that has just failed where the machine shows that it changed nothing: it looks as it did
/// before, when `before` was its value. Not asked of a step that may still come about (a timeout).
[[nodiscard]] bool had_no_effect(const Step& step, const std::string& before, Doors& doors);

/// True of an undo that has just failed where the machine shows that all is as it was before the step.
[[nodiscard]] bool is_put_back(const Step& step, const std::string& before, Doors& doors);

/// The devices that are in use while the step is not undone.
[[nodiscard]] DeviceNames used_by(const Step& step);

/// True of a step that cannot be undone, and that the machine shows as done.
[[nodiscard]] bool is_lost(const Step& step, Doors& doors);

/// What a later undo needs to see unchanged; empty for most steps.
[[nodiscard]] Result<std::string> result_of(const Step& step, Doors& doors);

/// Takes a step back, as far as the machine shows that it had an effect, and reads back that it is.
[[nodiscard]] Result<WriteEnd> undo(const Step& step, const JournalEntry& entry, Doors& doors);

/// A step as the journal keeps it, with its words in both directions.
[[nodiscard]] core::Json to_json_value(const Step& step);
/// Throws what nlohmann::json throws; the caller is inside read_json.
[[nodiscard]] Step step_from_json(const core::Json& json);

}  // namespace gpupass::apply
