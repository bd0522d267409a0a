// SPDX-License-Identifier: GPL-2.0-or-later
// What gpupass holds and what was left unfinished: for people, and the document gpupass.status/2.
#pragma once

#include <string>

#include "gpupass/core/json.hpp"
#include "gpupass/status.hpp"

namespace gpupass::report {

/// Tables of devices and of what is bound at boot, a sentence for all else; what is not for this user is
/// left out.
[[nodiscard]] std::string status_text(const Status& status, int columns, bool colour);
[[nodiscard]] core::Json to_json(const Status& status);

}  // namespace gpupass::report
