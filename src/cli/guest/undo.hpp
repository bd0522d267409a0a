// SPDX-License-Identifier: GPL-2.0-or-later
// What was done so far, and how each of it is undone.
#pragma once

#include <algorithm>
#include <functional>
#include <utility>
#include <vector>

#include "gpupass/error.hpp"

namespace gpupass::cli {

class Undo {
 public:
  /// To be called once what it undoes has been begun: one that was not finished is undone as well. `is_left`
  /// is asked where the way back is said to have failed: whether the host still has what it was to remove.
  void add(std::function<Result<void>()> way_back, std::function<bool()> is_left) {
    ways_back_.emplace_back(std::move(way_back), std::move(is_left));
  }

  /// Undoes all, the last first, past failures. The error that was the reason comes out, with those failures
  /// beside it; where the host still has something of it, it is of kind partial, with a hint that says what
  /// removes that.
  [[nodiscard]] Failure because_of(Error error, const std::string& removed_by) {
    bool left = false;
    std::for_each(ways_back_.rbegin(), ways_back_.rend(), [&](const auto& one) {
      const auto& [way_back, is_left] = one;
      if (auto done = way_back(); !done) {
        left = is_left() || left;
        error.also.push_back(std::move(done).error());
      }
    });
    ways_back_.clear();
    if (!left) return Failure(std::move(error));
    error.kind = ErrorKind::partial;
    error.hint += (error.hint.empty() ? "" : "\n  ") + removed_by;
    return Failure(std::move(error));
  }

 private:
  std::vector<std::pair<std::function<Result<void>()>, std::function<bool()>>> ways_back_;
};

}  // namespace gpupass::cli
