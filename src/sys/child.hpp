// SPDX-License-Identifier: GPL-2.0-or-later
// Forking a child that shares nothing with us but what it is given, and waiting for it with a limit.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <functional>
#include <initializer_list>
#include <optional>

#include "gpupass/error.hpp"

namespace gpupass::sys {

/// Forks a child that runs `work` and exits with what it returns (0…255). The child is in a session
/// of its own (a Ctrl-C at the terminal does not reach it), has its standard streams on /dev/null
/// and every other descriptor closed except `keep`, so that nobody who reads a pipe of ours waits
/// for a child that never ends. `work` may only do what is safe after a fork: system calls on
/// memory prepared before.
[[nodiscard]] Result<pid_t> fork_child(std::initializer_list<int> keep, const std::function<int()>& work);

/// Waits until the child has ended: its exit status, or 128 + signal. Nothing when it has not
/// within the time.
[[nodiscard]] std::optional<int> wait_child(pid_t pid, std::chrono::milliseconds timeout);

}  // namespace gpupass::sys
