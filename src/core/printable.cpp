// SPDX-License-Identifier: GPL-2.0-or-later
#include "gpupass/core/printable.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>

namespace gpupass::core {
namespace {

bool is_plain(char c) {
  return c >= 0x20 && c < 0x7f;
}

bool is_continuation(char c) {
  return (static_cast<unsigned char>(c) & 0xc0U) == 0x80U;
}

/// The character that text begins with.
struct Character {
  std::size_t size = 0;     // bytes; 0: malformed UTF-8
  std::uint32_t point = 0;  // Unicode's number of it
};

Character first_character(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text[0]);
  if (lead < 0x80) return {1, lead};
  const std::size_t size = lead >= 0xf0 && lead <= 0xf4 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc2 ? 2 : 0;
  if (lead > 0xf4 || size == 0 || text.size() < size) return {};
  const auto tail = text.substr(1, size - 1);
  if (!std::all_of(tail.begin(), tail.end(), is_continuation)) return {};
  // Smallest code point of each length; below it the form is overlong. Surrogates and what lies
  // beyond U+10FFFF are no characters.
  constexpr std::array<std::uint32_t, 5> k_least = {0, 0, 0x80, 0x800, 0x10000};
  std::uint32_t point = lead & (0xffU >> (size + 1));
  for (const char c : tail) point = point << 6U | (static_cast<unsigned char>(c) & 0x3fU);
  const bool surrogate = point >= 0xd800 && point <= 0xdfff;
  if (point < k_least[size] || point > 0x10ffff || surrogate) return {};
  return {size, point};
}

struct Range {
  std::uint32_t first, last;
};
/// Characters without a shape of their own that change what is seen of others: controls, and Unicode's
/// categories Cf, Zl and Zp. Among them those that turn the direction of writing around, which make a text
/// read as another one (Boucher and Anderson, "Trojan Source", 2021).
constexpr std::array k_shapeless = {
    Range{0x00, 0x1f},       Range{0x7f, 0x9f},       Range{0xad, 0xad},       Range{0x600, 0x605},
    Range{0x61c, 0x61c},     Range{0x6dd, 0x6dd},     Range{0x70f, 0x70f},     Range{0x890, 0x891},
    Range{0x8e2, 0x8e2},     Range{0x180e, 0x180e},   Range{0x200b, 0x200f},   Range{0x2028, 0x202e},
    Range{0x2060, 0x206f},   Range{0xfeff, 0xfeff},   Range{0xfff9, 0xfffb},   Range{0x110bd, 0x110bd},
    Range{0x110cd, 0x110cd}, Range{0x13430, 0x1345f}, Range{0x1bca0, 0x1bca3}, Range{0x1d173, 0x1d17a},
    Range{0xe0000, 0xe0fff},
};

bool has_shape(const Character& character) {
  const auto holds = [&](const Range& range) {
    return character.point >= range.first && character.point <= range.last;
  };
  return character.size > 0 && std::ranges::none_of(k_shapeless, holds);
}

/// A character by its number, as JSON would have it: two halves beyond U+FFFF.
std::string by_number(std::uint32_t point) {
  if (point < 0x80) return fmt::format("\\x{:02x}", point);
  if (point <= 0xffff) return fmt::format("\\u{:04x}", point);
  const auto rest = point - 0x10000;
  return fmt::format("\\u{:04x}\\u{:04x}", 0xd800 + (rest >> 10U), 0xdc00 + (rest & 0x3ffU));
}

bool parts_lines(char c) {
  return c == '\n' || c == '\t';
}

template <class Keep, class Write>
std::string made_printable(std::string_view text, Keep keep, Write write) {
  std::string clean;
  clean.reserve(text.size());
  while (!text.empty()) {
    const auto plain = static_cast<std::size_t>(std::ranges::find_if_not(text, is_plain) - text.begin());
    clean += text.substr(0, plain);
    text.remove_prefix(plain);
    if (text.empty()) break;
    const auto character = first_character(text);
    if (character.size == 0) {
      clean += fmt::format("\\x{:02x}", static_cast<unsigned char>(text[0]));
    } else if (has_shape(character) || keep(text[0])) {
      clean += text.substr(0, character.size);
    } else {
      clean += write(character.point);
    }
    text.remove_prefix(std::max<std::size_t>(character.size, 1));
  }
  return clean;
}

}  // namespace

bool is_printable(std::string_view text) {
  text.remove_prefix(static_cast<std::size_t>(std::ranges::find_if_not(text, is_plain) - text.begin()));
  while (!text.empty()) {
    const auto character = first_character(text);
    if (!has_shape(character)) return false;
    text.remove_prefix(character.size);
  }
  return true;
}

std::string printable(std::string_view text) {
  return made_printable(
      text, [](char) { return false; }, by_number);
}

std::string printable_lines(std::string_view text) {
  return made_printable(text, parts_lines, by_number);
}

std::string printable_xml(std::string_view text) {
  return made_printable(text, parts_lines,
                        [](std::uint32_t point) { return fmt::format("&#x{:x};", point); });
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
