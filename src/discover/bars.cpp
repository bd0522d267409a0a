// SPDX-License-Identifier: GPL-2.0-or-later
#include "discover/bars.hpp"

#include <fmt/format.h>

#include <optional>

#include "gpupass/core/text.hpp"
#include "gpupass/discover/problems.hpp"

namespace gpupass::discover {
namespace {

constexpr int k_registers = 7;

// Flags of a kernel resource (include/linux/ioport.h).
constexpr std::uint64_t k_io = 0x100;
constexpr std::uint64_t k_prefetchable = 0x2000;
constexpr std::uint64_t k_64bit = 0x100000;

struct Range {
  std::uint64_t start, end, flags;
};

std::optional<Range> parse_range(std::string_view line) {
  const auto fields = core::words(line);
  if (fields.size() != 3) return std::nullopt;
  const auto start = core::parse_number(fields[0], 16);
  const auto end = core::parse_number(fields[1], 16);
  const auto flags = core::parse_number(fields[2], 16);
  if (!start || !end || !flags || *end < *start) return std::nullopt;
  return Range{*start, *end, *flags};
}

}  // namespace

ParsedBars parse_bars(std::string_view text) {
  ParsedBars parsed;
  int index = 0;
  for (const auto line : core::split(text, '\n')) {
    if (index == k_registers) break;
    const auto range = parse_range(line);
    if (!range) {
      parsed.problem = fmt::format("line {} is {}, not a range with flags", index + 1, excerpt(line));
      return parsed;
    }
    if (range->flags != 0) {
      parsed.bars.push_back({index, range->start, range->end - range->start + 1, (range->flags & k_io) != 0,
                             (range->flags & k_64bit) != 0, (range->flags & k_prefetchable) != 0});
    }
    ++index;
  }
  if (index < k_registers) parsed.problem = fmt::format("has {} lines, not {}", index, k_registers);
  return parsed;
}

}  // namespace gpupass::discover
