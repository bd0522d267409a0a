// SPDX-License-Identifier: GPL-2.0-or-later
// An identity as holds and journals have it.
#pragma once

#include "gpupass/core/json.hpp"
#include "gpupass/identity.hpp"

namespace gpupass::core {

[[nodiscard]] Json to_json(const Identity& identity);
/// Throws what take_from_json() makes an error of.
[[nodiscard]] Identity identity_from_json(const Json& json);

}  // namespace gpupass::core
