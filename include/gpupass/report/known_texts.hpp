// SPDX-License-Identifier: GPL-2.0-or-later
// What texts of container engines mean, for a person and for a program.
#pragma once

#include <string>
#include <vector>

#include "gpupass/core/json.hpp"
#include "gpupass/judge/known_texts.hpp"

namespace gpupass::report {

[[nodiscard]] std::string known_texts(const std::vector<const judge::KnownText*>& known, int columns);
/// The document gpupass.explanation/1.
[[nodiscard]] core::Json to_json(const std::vector<const judge::KnownText*>& known);

}  // namespace gpupass::report
