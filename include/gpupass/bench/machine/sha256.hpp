// SPDX-License-Identifier: GPL-2.0-or-later
// FIPS 180-4: shows that host and guest ran the same file.
#pragma once

#include <string>
#include <string_view>

namespace gpupass::bench {

/// 64 hexadecimal digits.
[[nodiscard]] std::string sha256(std::string_view bytes);

}  // namespace gpupass::bench
