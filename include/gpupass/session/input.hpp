// SPDX-License-Identifier: GPL-2.0-or-later
// Standard input.
#pragma once

#include <istream>
#include <string>

namespace gpupass::session {

constexpr std::size_t k_most_domain_xml = 1U << 24U;  // bytes; real ones have some thousand

/// As much as there is, and no more than this many bytes, whatever else comes.
[[nodiscard]] inline std::string read_all(std::istream& in, std::size_t limit) {
  std::string text(limit, '\0');
  in.read(text.data(), static_cast<std::streamsize>(limit));
  text.resize(static_cast<std::size_t>(in.gcount()));
  return text;
}

}  // namespace gpupass::session
