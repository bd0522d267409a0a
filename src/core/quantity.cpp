// SPDX-License-Identifier: GPL-2.0-or-later
#include "gpupass/core/quantity.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

namespace gpupass::core {
namespace {

struct Prefix {
  double factor;
  const char* sign;
};

constexpr std::array k_prefixes = {Prefix{1e15, "P"}, Prefix{1e12, "T"}, Prefix{1e9, "G"},  Prefix{1e6, "M"},
                                   Prefix{1e3, "k"},  Prefix{1, ""},     Prefix{1e-3, "m"}, Prefix{1e-6, "µ"},
                                   Prefix{1e-9, "n"}, Prefix{1e-12, "p"}};

/// The largest that leaves at least one whole; none for a value of zero.
Prefix prefix_of(double value) {
  // Half a unit in the third digit: 999.6 k is written 1.00 M.
  const auto found = std::ranges::find_if(
      k_prefixes, [&](const Prefix& prefix) { return std::abs(value) >= prefix.factor * 0.9995; });
  if (found != k_prefixes.end()) return *found;
  return value == 0 ? Prefix{1, ""} : k_prefixes.back();
}

/// Decimals for three significant digits.
int decimals(double scaled) {
  const double size = std::abs(scaled);
  return size >= 99.95 || size == 0 ? 0 : size >= 9.995 ? 1 : 2;
}

/// "6.50 M/s" for a rate of events.
std::string with_prefix(const Prefix& prefix, const std::string& unit) {
  return fmt::format(" {}{}", prefix.sign, unit == "1/s" ? "/s" : unit);
}

}  // namespace

std::string quantity(double value, const std::string& unit) {
  const auto prefix = prefix_of(value);
  const double scaled = value / prefix.factor;
  return fmt::format("{:.{}f}{}", scaled, decimals(scaled), with_prefix(prefix, unit));
}

std::string quantity(double value, double low, double high, const std::string& unit) {
  const auto prefix = prefix_of(value);
  const double scaled = value / prefix.factor;
  // A narrow interval needs more digits than the value would.
  const double width = (high - low) / prefix.factor;
  const int of_width = width > 0 ? static_cast<int>(std::ceil(-std::log10(width / 3))) : 0;
  const int places = std::clamp(of_width, decimals(scaled), 4);
  return fmt::format("{:.{}f} [{:.{}f}, {:.{}f}]{}", scaled, places, low / prefix.factor, places,
                     high / prefix.factor, places, with_prefix(prefix, unit));
}

std::string size_text(std::uint64_t bytes) {
  constexpr std::array k_units = {"B", "KiB", "MiB", "GiB", "TiB"};
  std::size_t unit = 0;
  for (; bytes != 0 && bytes % 1024 == 0 && unit + 1 < k_units.size(); ++unit) bytes /= 1024;
  return fmt::format("{} {}", bytes, k_units[unit]);
}

std::optional<double> fraction(std::string_view text) {
  const bool percent = text.ends_with('%');
  if (percent) text.remove_suffix(1);
  double value = 0;
  const auto [stop, error] = std::from_chars(text.begin(), text.end(), value);
  if (error != std::errc() || stop != text.end()) return std::nullopt;
  return percent ? value / 100 : value;
}

}  // namespace gpupass::core
