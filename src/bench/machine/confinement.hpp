// SPDX-License-Identifier: GPL-2.0-or-later
// How the kernel confines this process, for Run::env.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "gpupass/host.hpp"

namespace gpupass::bench {

/// {"cgroup": {"version": "2", "cpu": "none", …}, "seccomp": "filter", "capabilities": …, "root_fs": …,
/// "program_fs": …, "libraries": {"libc": …}}; a fact that cannot be read is left out. `program` is the path
/// of this program's file.
[[nodiscard]] nlohmann::json confinement(const Host& host, const std::string& program);

}  // namespace gpupass::bench
