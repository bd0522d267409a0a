// SPDX-License-Identifier: GPL-2.0-or-later
// From values to places in a figure, and which values its axis names.
#pragma once

#include <vector>

namespace gpupass::study {

class Scale {
 public:
  enum class Kind { linear, logarithmic };

  /// The domain low … high, low below high (and above zero if logarithmic), drawn from `from` to `to`.
  Scale(Kind kind, double low, double high, double from, double to)
      : kind_(kind), low_(low), high_(high), from_(from), to_(to) {}

  /// Values outside of the domain are drawn at its end.
  [[nodiscard]] double place(double value) const;
  [[nodiscard]] bool has(double value) const { return value >= low_ && value <= high_; }

  /// Round values within the domain, at most `most` of them: 1, 2 or 5 times a power of ten; powers of ten
  /// alone where a logarithmic domain is wide.
  [[nodiscard]] std::vector<double> ticks(std::size_t most) const;

 private:
  [[nodiscard]] double stretched(double value) const;

  Kind kind_;
  double low_, high_, from_, to_;
};

}  // namespace gpupass::study
