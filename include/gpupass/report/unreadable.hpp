// SPDX-License-Identifier: GPL-2.0-or-later
// Records that gpupass cannot read, for a program.
#pragma once

#include <vector>

#include "gpupass/core/json.hpp"
#include "gpupass/unreadable_record.hpp"

namespace gpupass::report {

[[nodiscard]] core::Json to_json(const UnreadableRecord& record);
[[nodiscard]] core::Json to_json(const std::vector<UnreadableRecord>& records);

}  // namespace gpupass::report
