// SPDX-License-Identifier: GPL-2.0-or-later
// What the actions of `gpupass hook` share.
#pragma once

#include <string>

#include "cli/options.hpp"

namespace gpupass::cli {

// One file each, but for those that look after the hook file.
[[nodiscard]] Result<int> hook_install(Context& context, const std::vector<std::string>& arguments);
[[nodiscard]] Result<int> hook_uninstall(Context& context, const std::vector<std::string>& arguments);
[[nodiscard]] Result<int> hook_status(Context& context, const std::vector<std::string>& arguments);
[[nodiscard]] Result<int> hook_check(Context& context, const std::vector<std::string>& arguments);
[[nodiscard]] Result<int> hook_run(Context& context, const std::vector<std::string>& arguments);

}  // namespace gpupass::cli
