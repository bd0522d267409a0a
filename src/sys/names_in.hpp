// SPDX-License-Identifier: GPL-2.0-or-later
// What a folder has in it.
#pragma once

#include <string>
#include <tl/expected.hpp>
#include <vector>

namespace gpupass::sys {

/// The names in a folder that is open, in no order, without . and ..; or an errno.
[[nodiscard]] tl::expected<std::vector<std::string>, int> names_in(int folder);

}  // namespace gpupass::sys
