// SPDX-License-Identifier: GPL-2.0-or-later
// Sizes as people write them.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace gpupass::guest {

/// "64G", "64GiB", "512M", "2T" in bytes, always in powers of 1024; a bare number is in MiB. Nothing for
/// anything else, 0 included.
[[nodiscard]] std::optional<std::uint64_t> parse_size(std::string_view text);

}  // namespace gpupass::guest
