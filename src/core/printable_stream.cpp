// SPDX-License-Identifier: GPL-2.0-or-later
#include "gpupass/core/printable_stream.hpp"

#include <algorithm>
#include <string_view>

#include "gpupass/core/printable.hpp"

namespace gpupass::core {
namespace {

constexpr char k_escape = '\x1b';

/// How long the sequence is that text begins with and that sets colours; 0 where it begins with none,
/// `npos` where it may yet become one.
std::size_t colour_sequence(std::string_view text) {
  constexpr std::size_t k_longest = 32;
  if (text.front() != k_escape) return 0;
  if (text.size() == 1) return text.npos;
  if (text[1] != '[') return 0;
  const auto end = text.find_first_not_of("0123456789;", 2);
  if (end == text.npos) return text.size() < k_longest ? text.npos : 0;
  return text[end] == 'm' ? end + 1 : 0;
}

bool passes(char c) {
  return (c >= 0x20 && c < 0x7f) || c == '\n';
}

/// How many bytes at the end are the beginning of a character of UTF-8 whose rest is not there yet.
std::size_t cut_character(std::string_view text) {
  for (std::size_t back = 1; back <= 3 && back <= text.size(); ++back) {
    const auto byte = static_cast<unsigned char>(text[text.size() - back]);
    if ((byte & 0xc0U) == 0x80U) continue;
    const std::size_t size = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1;
    return size > back ? back : 0;
  }
  return 0;
}

}  // namespace

PrintableBuffer::~PrintableBuffer() {
  (void)hand_on(pending_.size());
  (void)inner_.pubsync();
}

/// The first `size` bytes of what is pending.
bool PrintableBuffer::hand_on(std::size_t size) {
  std::string clean;
  for (std::string_view text = std::string_view(pending_).substr(0, size); !text.empty();) {
    const auto sequence = colours_ ? colour_sequence(text) : 0;
    const bool passes = sequence != 0 && sequence != text.npos;
    const auto next = passes ? sequence : std::min(text.find(k_escape, 1), text.size());
    clean += passes ? std::string(text.substr(0, next)) : printable_lines(text.substr(0, next));
    text.remove_prefix(next);
  }
  pending_.erase(0, size);
  const auto length = static_cast<std::streamsize>(clean.size());
  return inner_.sputn(clean.data(), length) == length;
}

std::streamsize PrintableBuffer::xsputn(const char* text, std::streamsize size) {
  if (pending_.empty() && std::all_of(text, text + size, passes)) return inner_.sputn(text, size);
  pending_.append(text, static_cast<std::size_t>(size));
  auto ready = pending_.size() - cut_character(pending_);
  const auto escape = pending_.rfind(k_escape);
  if (colours_ && escape != std::string::npos &&
      colour_sequence(std::string_view(pending_).substr(escape)) == std::string::npos)
    ready = escape;
  return hand_on(ready) ? size : 0;
}

PrintableBuffer::int_type PrintableBuffer::overflow(int_type character) {
  if (traits_type::eq_int_type(character, traits_type::eof())) return traits_type::not_eof(character);
  const char byte = traits_type::to_char_type(character);
  return xsputn(&byte, 1) == 1 ? character : traits_type::eof();
}

int PrintableBuffer::sync() {
  return inner_.pubsync();
}

}  // namespace gpupass::core
