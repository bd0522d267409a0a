// SPDX-License-Identifier: GPL-2.0-or-later
#include "study/report/markup.hpp"

#include <fmt/format.h>

#include "gpupass/core/printable.hpp"

namespace gpupass::study {
namespace {

std::string text_of(const std::variant<std::string, double>& value) {
  if (const auto* const text = std::get_if<std::string>(&value)) return escape(*text);
  auto digits = fmt::format("{:.2f}", std::get<double>(value));
  digits.erase(digits.find_last_not_of('0') + 1);
  if (digits.ends_with('.')) digits.pop_back();
  return digits == "-0" ? "0" : digits;
}

}  // namespace

std::string escape(std::string_view text) {
  std::string escaped;
  for (const char letter : core::printable(text)) {
    switch (letter) {
      case '&':
        escaped += "&amp;";
        break;
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      case '"':
        escaped += "&quot;";
        break;
      case '\'':
        escaped += "&#39;";
        break;
      default:
        escaped += letter;
    }
  }
  return escaped;
}

std::string element(std::string_view name, const std::vector<Attribute>& attributes,
                    std::string_view content) {
  std::string text = fmt::format("<{}", name);
  for (const auto& [attribute, value] : attributes)
    text += fmt::format(" {}=\"{}\"", attribute, text_of(value));
  return text + fmt::format(">{}</{}>", content, name);
}

}  // namespace gpupass::study
