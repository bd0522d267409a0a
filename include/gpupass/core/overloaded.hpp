// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

namespace gpupass::core {

/// One visitor for std::visit out of a lambda for each alternative.
template <class... Functions>
struct Overloaded : Functions... {
  using Functions::operator()...;
};
template <class... Functions>
Overloaded(Functions...) -> Overloaded<Functions...>;

}  // namespace gpupass::core
