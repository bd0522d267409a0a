// SPDX-License-Identifier: GPL-2.0-or-later
// The versions of the CDI specification. An engine drops a file whose version is newer than its own library
// without a word, so a file says the lowest that its fields need.
#pragma once

#include <string>

#include "gpupass/core/json.hpp"

namespace gpupass::container {

/// The lowest that has every field of this specification: "0.5.0". Throws as nlohmann::json does, where the
/// fields have other types.
[[nodiscard]] std::string lowest_version(const core::Json& specification);

/// True where the first is the older one. What is no version is older than any.
[[nodiscard]] bool is_older(const std::string& version, const std::string& than);

}  // namespace gpupass::container
