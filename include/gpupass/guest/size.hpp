// SPDX-License-Identifier: GPL-2.0-or-later
// Sizes as people write them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace gpupass::guest {

/// "64G", "64GiB", "512M", "2T" in bytes, always in powers of 1024; a bare number is in MiB. Nothing for
/// anything else, 0 included.
[[nodiscard]] std::optional<std::uint64_t> parse_size(std::string_view text);

/// "3 GiB", "512 MiB": the largest unit that leaves nothing over.
[[nodiscard]] std::string size_text(std::uint64_t bytes);

}  // namespace gpupass::guest
