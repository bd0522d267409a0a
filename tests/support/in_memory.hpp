// SPDX-License-Identifier: GPL-2.0-or-later
// Where thousands of machines are made, and none outlives its test: trees in memory, where that is.
#pragma once

#include <cstdlib>
#include <filesystem>

namespace gpupass::test {

/// Trees that are made from here on. To be called before main(), for a variable of its test.
inline bool in_memory() {
  std::error_code error;
  return std::filesystem::is_directory("/dev/shm", error) && setenv("TMPDIR", "/dev/shm", 1) == 0;
}

}  // namespace gpupass::test
