// SPDX-License-Identifier: GPL-2.0-or-later
// The commands of `gpupass bench`, one file each; their table is in bench.cpp.
#pragma once

#include <string>

#include "gpupass/cli/command.hpp"

namespace gpupass::cli {

[[nodiscard]] Result<int> bench_run(Context& context, const std::vector<std::string>& arguments);
[[nodiscard]] Result<int> bench_compare(Context& context, const std::vector<std::string>& arguments);
[[nodiscard]] Result<int> bench_report(Context& context, const std::vector<std::string>& arguments);
[[nodiscard]] Result<int> bench_experiment(Context& context, const std::vector<std::string>& arguments);
[[nodiscard]] Result<int> bench_import(Context& context, const std::vector<std::string>& arguments);
[[nodiscard]] Result<int> bench_export(Context& context, const std::vector<std::string>& arguments);

}  // namespace gpupass::cli
