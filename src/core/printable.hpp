// SPDX-License-Identifier: GPL-2.0-or-later
// Text from outside (a kernel file, a process name, a mount point) made fit for a terminal and for
// JSON: valid UTF-8 without control characters, so that no escape sequence reaches the screen.
#pragma once

#include <string>
#include <string_view>

namespace gpupass::core {

/// Whether it is valid UTF-8 without control characters.
[[nodiscard]] bool is_printable(std::string_view text);

/// Control characters and bytes that are no UTF-8 written as \x1b.
[[nodiscard]] std::string printable(std::string_view text);

/// Columns of a terminal that printable text takes, each character taken as one column.
[[nodiscard]] std::size_t columns(std::string_view text);

/// At most this many columns of it; what was cut is marked by …
[[nodiscard]] std::string shorten(std::string_view text, std::size_t columns);

}  // namespace gpupass::core
