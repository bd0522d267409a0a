// SPDX-License-Identifier: GPL-2.0-or-later
// gpupass-bench from its command line to its exit status.
#pragma once

#include <string>
#include <vector>

namespace gpupass::bench {

[[nodiscard]] int run_program(const std::vector<std::string>& arguments);

}  // namespace gpupass::bench
