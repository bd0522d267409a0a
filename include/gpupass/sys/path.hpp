// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <string>

namespace gpupass::sys {

/// The path of a user's file from the root on, without . and .., so that it can be handed on. An empty path
/// is the working folder's.
[[nodiscard]] std::string absolute(const std::string& path);

}  // namespace gpupass::sys
