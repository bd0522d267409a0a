// SPDX-License-Identifier: GPL-2.0-or-later
// What changes between two texts, as diff(1) says it.
#pragma once

#include <string>

#include "gpupass/host.hpp"

namespace gpupass::session {

struct Labelled {
  std::string label;
  std::string text;
};

/// A unified difference, with the labels as the names of the two; empty for equal texts.
[[nodiscard]] Result<std::string> difference(Host& host, const Labelled& before, const Labelled& after);

}  // namespace gpupass::session
