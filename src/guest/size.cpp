// SPDX-License-Identifier: GPL-2.0-or-later
#include "gpupass/guest/size.hpp"

#include <array>

#include "gpupass/core/text.hpp"

namespace gpupass::guest {
namespace {

struct Unit {
  char letter;
  unsigned bits;
};
constexpr std::array k_units{Unit{'K', 10}, Unit{'M', 20}, Unit{'G', 30}, Unit{'T', 40}};

}  // namespace

std::optional<std::uint64_t> parse_size(std::string_view text) {
  const auto digits = std::min(text.find_first_not_of("0123456789"), text.size());
  const auto number = core::parse_number(text.substr(0, digits));
  const auto suffix = text.substr(digits);
  if (!number || *number == 0 || *number >> 22U != 0) return std::nullopt;
  if (suffix.empty()) return *number << 20U;
  for (const auto& unit : k_units) {
    if (suffix[0] != unit.letter) continue;
    const auto rest = suffix.substr(1);
    return rest.empty() || rest == "iB" ? std::optional(*number << unit.bits) : std::nullopt;
  }
  return std::nullopt;
}

}  // namespace gpupass::guest
