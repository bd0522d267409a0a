// SPDX-License-Identifier: GPL-2.0-or-later
// What gpupass wrote down and cannot read: each stops its own device or guest, and is told.
#pragma once

#include <string>
#include <vector>

#include "gpupass/core/json.hpp"
#include "gpupass/record_files.hpp"

namespace gpupass::cli {

/// Of all kinds: holds, bindings at boot, creates of guests under way, words of the kernel's command line. A
/// folder that cannot be read is one.
[[nodiscard]] std::vector<UnreadableRecord> unreadable_records(const Host& host);
/// Those that are damaged: for what is not for this user, nothing can be done but to be root.
[[nodiscard]] std::vector<UnreadableRecord> damaged_records(const Host& host);
[[nodiscard]] core::Json to_json(const UnreadableRecord& record);

}  // namespace gpupass::cli
