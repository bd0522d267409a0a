// SPDX-License-Identifier: GPL-2.0-or-later
#include "gpupass/discover/problems.hpp"

#include "gpupass/core/printable.hpp"

namespace gpupass::discover {

void note(Problems& problems, std::string_view path, std::string what) {
  problems.push_back({core::printable(path), std::move(what)});
}

void note(Problems& problems, std::string_view path, const Error& error) {
  const auto prefix = "read " + std::string(path) + ": ";
  note(problems, path,
       core::printable(error.what.starts_with(prefix) ? error.what.substr(prefix.size()) : error.what));
}

std::string text_or_note(Problems& problems, std::string_view path, Result<std::string> read) {
  if (read) return std::move(*read);
  note(problems, path, read.error());
  return {};
}

std::string excerpt(std::string_view found) {
  constexpr std::size_t k_longest = 40;
  return "'" + core::shorten(core::printable(found.substr(0, k_longest + 1)), k_longest) + "'";
}

}  // namespace gpupass::discover
