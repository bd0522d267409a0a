// SPDX-License-Identifier: GPL-2.0-or-later
// Waiting a bounded time for a call that may never return.
#pragma once

#include <atomic>
#include <chrono>
#include <future>
#include <optional>
#include <thread>
#include <type_traits>
#include <utility>

namespace gpupass::virt {

/// Calls whose answer nobody waits for any more, and that may still be in their threads.
inline std::atomic<int> calls_left_behind = 0;

/// What the call returned; nothing when it had not by the deadline. It then goes on in its thread,
/// with nobody to hear its answer, so it must own everything it uses.
template <class Call>
[[nodiscard]] std::optional<std::invoke_result_t<Call>> run_within(std::chrono::milliseconds deadline,
                                                                   Call call) {
  std::packaged_task<std::invoke_result_t<Call>()> task(std::move(call));
  auto answer = task.get_future();
  std::thread worker(std::move(task));
  if (answer.wait_for(deadline) != std::future_status::ready) {
    ++calls_left_behind;
    worker.detach();
    return std::nullopt;
  }
  worker.join();  // what the call owned is released before its answer is used
  return answer.get();
}

}  // namespace gpupass::virt
