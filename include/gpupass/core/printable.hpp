// SPDX-License-Identifier: GPL-2.0-or-later
// Text from outside (a kernel file, a process name, a mount point, what a guest says) made fit for a
// terminal, a report and JSON: valid UTF-8 whose characters all can be seen, so that no escape sequence
// reaches the screen and no text reads as another one.
#pragma once

#include <string>
#include <string_view>

namespace gpupass::core {

/// Whether it is valid UTF-8 without control characters and others that have no shape of their own.
[[nodiscard]] bool is_printable(std::string_view text);

/// ASCII's control characters and bytes that are not UTF-8 are written as \x1b, other characters without a
/// shape (U+0085, U+200B, U+202E, …) as \u202e.
[[nodiscard]] std::string printable(std::string_view text);
/// The same for a text of several lines: line feeds and tabulators stay. JSON text stays JSON.
[[nodiscard]] std::string printable_lines(std::string_view text);
/// The same for XML, which stays the document that it was: as &#x202e;.
[[nodiscard]] std::string printable_xml(std::string_view text);

/// Columns of a terminal that printable text takes, each character taken as one column.
[[nodiscard]] std::size_t columns(std::string_view text);

/// At most this many columns of it; what was cut is marked by …
[[nodiscard]] std::string shorten(std::string_view text, std::size_t columns);

}  // namespace gpupass::core
