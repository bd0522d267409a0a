// SPDX-License-Identifier: GPL-2.0-or-later
#include "gpupass/sys/path.hpp"

#include <filesystem>

namespace gpupass::sys {

std::string absolute(const std::string& path) {
  return std::filesystem::absolute(path).lexically_normal().string();
}

}  // namespace gpupass::sys
