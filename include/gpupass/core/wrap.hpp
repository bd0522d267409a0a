// SPDX-License-Identifier: GPL-2.0-or-later
// Text in lines of a terminal.
#pragma once

#include <string>

namespace gpupass::core {

/// A paragraph, its own line breaks taken out, in lines of at most `columns`.
[[nodiscard]] std::string reflowed(const std::string& text, std::size_t columns);

/// Text in lines of at most `columns`, broken at blanks, those after the first indented.
[[nodiscard]] std::string wrapped(const std::string& text, std::size_t columns, std::size_t indent);
/// Each line of it so, those after it further in than it begins.
[[nodiscard]] std::string wrapped_lines(const std::string& text, int columns);

}  // namespace gpupass::core
