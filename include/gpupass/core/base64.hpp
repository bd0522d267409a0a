// SPDX-License-Identifier: GPL-2.0-or-later
// RFC 4648, by Boost.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace gpupass::core {

/// With its padding.
[[nodiscard]] std::string to_base64(std::string_view bytes);
/// Nothing for what is none.
[[nodiscard]] std::optional<std::string> from_base64(std::string_view text);

}  // namespace gpupass::core
