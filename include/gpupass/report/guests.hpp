// SPDX-License-Identifier: GPL-2.0-or-later
// The guests that gpupass made: for people, and the document gpupass.guests/1.
#pragma once

#include <string>
#include <vector>

#include "gpupass/core/json.hpp"
#include "gpupass/guest.hpp"

namespace gpupass::report {

[[nodiscard]] std::string guests_text(const std::vector<ListedGuest>& guests, int columns, bool colour);
[[nodiscard]] core::Json to_json(const std::vector<ListedGuest>& guests);

}  // namespace gpupass::report
