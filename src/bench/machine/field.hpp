// SPDX-License-Identifier: GPL-2.0-or-later
// Files of /proc with a name and a value per line.
#pragma once

#include <string>
#include <string_view>

#include "gpupass/error.hpp"

namespace gpupass::bench {

/// The value of the first line "NAME : value" of /proc/cpuinfo, or of "NAME: value" elsewhere. Errors: that
/// of reading the text; not_found.
[[nodiscard]] Result<std::string> field(const Result<std::string>& text, std::string_view name);

}  // namespace gpupass::bench
