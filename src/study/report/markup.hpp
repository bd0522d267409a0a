// SPDX-License-Identifier: GPL-2.0-or-later
// Elements of HTML and SVG, with everything that comes from outside escaped.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace gpupass::study {

/// Text fit for content and for quoted attributes; what no document may have is replaced.
[[nodiscard]] std::string escape(std::string_view text);

/// Numbers are written with at most two decimals: figures are drawn in pixels.
using Attribute = std::pair<std::string_view, std::variant<std::string, double>>;

/// <name attributes>content</name>; the content is markup already.
[[nodiscard]] std::string element(std::string_view name, const std::vector<Attribute>& attributes,
                                  std::string_view content = {});

}  // namespace gpupass::study
