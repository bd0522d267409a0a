// SPDX-License-Identifier: GPL-2.0-or-later
// What gpupass wrote down and cannot read, for a program; and that of guests.
#pragma once

#include <vector>

#include "gpupass/core/json.hpp"
#include "gpupass/record_files.hpp"

namespace gpupass::cli {

/// Those of guests that are being made.
void add_unreadable_guests(std::vector<UnreadableRecord>& all, const Host& host);

[[nodiscard]] core::Json to_json(const UnreadableRecord& record);
[[nodiscard]] core::Json to_json(const std::vector<UnreadableRecord>& records);

}  // namespace gpupass::cli
