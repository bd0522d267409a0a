// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/printable.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>

namespace gpupass::core {
namespace {

bool is_ascii_text(char c) {
  return c >= 0x20 && c < 0x7f;
}

bool is_continuation(char c) {
  return (static_cast<unsigned char>(c) & 0xc0U) == 0x80U;
}

/// Bytes of the character that text begins with; 0 for a control character or malformed UTF-8.
std::size_t character_size(std::string_view text) {
  if (is_ascii_text(text[0])) return 1;
  const auto lead = static_cast<unsigned char>(text[0]);
  const std::size_t size = lead >= 0xf0 && lead <= 0xf4 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc2 ? 2 : 0;
  if (lead > 0xf4 || size == 0 || text.size() < size) return 0;
  const auto tail = text.substr(1, size - 1);
  if (!std::all_of(tail.begin(), tail.end(), is_continuation)) return 0;
  // Smallest code point of each length; below it the form is overlong. Surrogates and what lies
  // beyond U+10FFFF are no characters, U+0080…U+009F are controls.
  constexpr std::array<std::uint32_t, 5> k_least = {0, 0, 0xa0, 0x800, 0x10000};
  std::uint32_t point = lead & (0xffU >> (size + 1));
  for (const char c : tail) point = point << 6U | (static_cast<unsigned char>(c) & 0x3fU);
  const bool surrogate = point >= 0xd800 && point <= 0xdfff;
  return point < k_least[size] || point > 0x10ffff || surrogate ? 0 : size;
}

}  // namespace

bool is_printable(std::string_view text) {
  while (!text.empty()) {
    const auto size = character_size(text);
    if (size == 0) return false;
    text.remove_prefix(size);
  }
  return true;
}

std::string printable(std::string_view text) {
  std::string clean;
  clean.reserve(text.size());
  while (!text.empty()) {
    const auto size = character_size(text);
    if (size == 0) {
      clean += fmt::format("\\x{:02x}", static_cast<unsigned char>(text[0]));
    } else {
      clean += text.substr(0, size);
    }
    text.remove_prefix(std::max<std::size_t>(size, 1));
  }
  return clean;
}

std::size_t columns(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return !is_continuation(c); }));
}

std::string shorten(std::string_view text, std::size_t width) {
  if (columns(text) <= width) return std::string(text);
  if (width == 0) return {};
  std::size_t end = 0;
  for (std::size_t left = width; end < text.size(); ++end) {
    if (is_continuation(text[end])) continue;
    if (--left == 0) break;
  }
  while (end > 0 && text[end - 1] == ' ') --end;
  return std::string(text.substr(0, end)) + "…";
}

}  // namespace gpupass::core
