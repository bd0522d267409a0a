// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/progress.hpp"

#include <fmt/format.h>

#include "gpupass/core/printable.hpp"

namespace gpupass::bench {

void Progress::begins(std::size_t number, std::size_t all, std::string_view what) {
  where_ = fmt::format("{}/{} {}", number, all, what);
  show(where_);
}

void Progress::measured(std::string_view what) {
  show(fmt::format("{}: {}", where_, what));
}

void Progress::show(const std::string& line) {
  if (columns_ == 0) return;
  out_ << "\r\x1b[K" << core::shorten(line, static_cast<std::size_t>(columns_ - 1)) << std::flush;
}

}  // namespace gpupass::bench
