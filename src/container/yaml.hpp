// SPDX-License-Identifier: GPL-2.0-or-later
// YAML as programs write it: indented maps and lists, plain and quoted values, lists in brackets. NVIDIA's
// toolkit writes its CDI files so. Anchors, tags and texts of several lines are not read.
#pragma once

#include <string>

#include "gpupass/core/json.hpp"

namespace gpupass::container {

/// Error: invalid, naming the line.
[[nodiscard]] Result<core::Json> parse_yaml(const std::string& text, const std::string& origin);

}  // namespace gpupass::container
