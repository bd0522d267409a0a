// SPDX-License-Identifier: GPL-2.0-or-later
#include "gpupass/core/wrap.hpp"

#include <algorithm>

#include "gpupass/core/printable.hpp"
#include "gpupass/core/text.hpp"

namespace gpupass::core {

std::string wrapped(const std::string& text, std::size_t columns, std::size_t indent) {
  std::string lines;
  std::size_t used = indent;
  std::size_t start = 0;
  while (start <= text.size()) {
    const auto end = std::min(text.find(' ', start), text.size());
    const auto word = text.substr(start, end - start);
    const auto width = core::columns(word);
    if (used > indent && used + 1 + width > columns) {
      lines += "\n" + std::string(indent, ' ');
      used = indent;
    } else if (used > indent) {
      lines += " ";
      ++used;
    }
    lines += word;
    used += width;
    start = end + 1;
  }
  return lines;
}

std::string reflowed(const std::string& text, std::size_t columns) {
  std::string line = text;
  std::ranges::replace(line, '\n', ' ');
  return wrapped(line, columns, 0);
}

std::string wrapped_lines(const std::string& text, int columns) {
  constexpr std::size_t k_further = 2;
  std::string lines;
  for (const auto line : split(text, '\n')) {
    const auto blanks = std::min(line.find_first_not_of(' '), line.size());
    if (!lines.empty()) lines += "\n";
    lines += std::string(blanks, ' ') +
             wrapped(std::string(line.substr(blanks)), static_cast<std::size_t>(columns), blanks + k_further);
  }
  return lines;
}

}  // namespace gpupass::core
