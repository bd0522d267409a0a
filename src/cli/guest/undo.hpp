// SPDX-License-Identifier: GPL-2.0-or-later
// What was done so far, and how each of it is undone.
#pragma once

#include <algorithm>
#include <functional>
#include <vector>

#include "gpupass/error.hpp"

namespace gpupass::cli {

class Undo {
 public:
  /// To be called once what it undoes has been begun: one that was not finished is undone as well.
  void add(std::function<Result<void>()> way_back) { ways_back_.push_back(std::move(way_back)); }

  /// Undoes all, the last first, past failures. The error that was the reason comes out, with those failures
  /// beside it; it is of kind partial then.
  [[nodiscard]] Failure because_of(Error error) {
    bool all = true;
    std::for_each(ways_back_.rbegin(), ways_back_.rend(), [&](const auto& way_back) {
      if (auto done = way_back(); !done) {
        all = false;
        error.also.push_back(std::move(done).error());
      }
    });
    ways_back_.clear();
    if (!all) error.kind = ErrorKind::partial;
    return Failure(std::move(error));
  }

 private:
  std::vector<std::function<Result<void>()>> ways_back_;
};

}  // namespace gpupass::cli
