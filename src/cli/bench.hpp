// SPDX-License-Identifier: GPL-2.0-or-later
// The commands of `gpupass bench`, one file each; their table is in bench.cpp.
#pragma once

#include <optional>
#include <string>

#include "gpupass/cli/command.hpp"

namespace gpupass::cli {

[[nodiscard]] Result<int> bench_run(Context& context, const std::vector<std::string>& arguments);
[[nodiscard]] Result<int> bench_compare(Context& context, const std::vector<std::string>& arguments);
[[nodiscard]] Result<int> bench_report(Context& context, const std::vector<std::string>& arguments);
[[nodiscard]] Result<int> bench_experiment(Context& context, const std::vector<std::string>& arguments);
[[nodiscard]] Result<int> bench_import(Context& context, const std::vector<std::string>& arguments);
[[nodiscard]] Result<int> bench_export(Context& context, const std::vector<std::string>& arguments);

/// gpupass-bench as it came with this program: beside it when installed, in a folder of its own in a build.
[[nodiscard]] std::optional<std::string> bench_program();

}  // namespace gpupass::cli
