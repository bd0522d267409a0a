// SPDX-License-Identifier: GPL-2.0-or-later
// What the actions of `gpupass container` share.
#pragma once

#include <string>
#include <vector>

#include "cli/options.hpp"

namespace gpupass::cli {

// One file each.
[[nodiscard]] Result<int> container_list(Context& context, const std::vector<std::string>& arguments);
[[nodiscard]] Result<int> container_write(Context& context, const std::vector<std::string>& arguments);
[[nodiscard]] Result<int> container_remove(Context& context, const std::vector<std::string>& arguments);
[[nodiscard]] Result<int> container_flags(Context& context, const std::vector<std::string>& arguments);

}  // namespace gpupass::cli
