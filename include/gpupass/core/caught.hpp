// SPDX-License-Identifier: GPL-2.0-or-later
// Ours do not throw, but memory runs out and libraries do: where something is put back afterwards, that is an
// error like any other.
#pragma once

#include <exception>

#include "gpupass/error.hpp"

namespace gpupass::core {

/// What a function returns, or what it threw as an error of kind internal.
template <class Function>
[[nodiscard]] auto caught(Function function) -> decltype(function()) {
  try {
    return function();
  } catch (const std::exception& error) {
    return fail(ErrorKind::internal, error.what(), "this is a bug in gpupass");
  }
}

}  // namespace gpupass::core
