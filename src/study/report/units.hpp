// SPDX-License-Identifier: GPL-2.0-or-later
// Shares and probabilities as people read them; quantities are include/gpupass/core/quantity.hpp's.
#pragma once

#include <string>

namespace gpupass::study {

/// A share as per cent: "87.4 %".
[[nodiscard]] std::string share(double fraction);

/// "0.031", "< 0.001"
[[nodiscard]] std::string p_value(double p);

}  // namespace gpupass::study
