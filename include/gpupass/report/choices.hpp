// SPDX-License-Identifier: GPL-2.0-or-later
// What was chosen for a guest, in words.
#pragma once

#include <string>
#include <vector>

#include "gpupass/core/json.hpp"
#include "gpupass/guest.hpp"

namespace gpupass::report {

/// Each setting with its value on a line; below it why, what falls short, and where that can be looked up,
/// in lines of at most `columns`.
[[nodiscard]] std::string choices_text(const std::vector<Choice>& choices, std::size_t columns);

/// What falls short alone, a paragraph each; empty if nothing does.
[[nodiscard]] std::string warnings_text(const std::vector<Choice>& choices, std::size_t columns);

[[nodiscard]] core::Json to_json(const std::vector<Choice>& choices);

}  // namespace gpupass::report
