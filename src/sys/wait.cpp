// SPDX-License-Identifier: GPL-2.0-or-later
#include "gpupass/sys/wait.hpp"

#include <algorithm>
#include <thread>

namespace gpupass::sys {

Result<bool> wait_until(std::chrono::milliseconds patience, std::chrono::milliseconds between,
                        const std::function<Result<bool>()>& reached) {
  const auto until = std::chrono::steady_clock::now() + patience;
  while (true) {
    GPUPASS_TRY_ASSIGN(const bool yes, reached());
    if (yes) return true;
    const auto now = std::chrono::steady_clock::now();
    if (now >= until) return false;
    // Not beyond the end: the last look is when patience is over.
    std::this_thread::sleep_for(std::min<std::chrono::steady_clock::duration>(between, until - now));
  }
}

}  // namespace gpupass::sys
