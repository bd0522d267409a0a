// SPDX-License-Identifier: GPL-2.0-or-later
#include "study/report/units.hpp"

#include <fmt/format.h>

namespace gpupass::study {

std::string share(double fraction) {
  return fmt::format("{:.1f} %", fraction * 100);
}

std::string p_value(double p) {
  return p < 0.001 ? "< 0.001" : fmt::format("{:.3f}", p);
}

}  // namespace gpupass::study
