// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/machine/field.hpp"

#include <fmt/format.h>

#include "gpupass/core/text.hpp"

namespace gpupass::bench {

Result<std::string> field(const Result<std::string>& text, std::string_view name) {
  if (!text) return fail(text.error().kind, text.error().what);
  for (const auto line : core::split(*text, '\n')) {
    const auto colon = line.find(':');
    if (colon != line.npos && core::trim(line.substr(0, colon)) == name) {
      return std::string(core::trim(line.substr(colon + 1)));
    }
  }
  return fail(ErrorKind::not_found, fmt::format("there is no {}", name));
}

}  // namespace gpupass::bench
