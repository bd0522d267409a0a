// SPDX-License-Identifier: GPL-2.0-or-later
#include "sys/child.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <csignal>
#include <iterator>
#include <vector>

#include "gpupass/sys/fd.hpp"

namespace gpupass::sys {
namespace {

void detach_streams() {
  const int null = open("/dev/null", O_RDWR);
  for (int stream = 0; null >= 0 && stream < 3; ++stream) dup2(null, stream);
}

/// Closes every descriptor from 3 on that is not in the sorted list.
void close_all_but(const std::vector<int>& keep) {
  unsigned first = 3;
  for (const int fd : keep) {
    const auto kept = static_cast<unsigned>(fd);
    if (kept > first) close_range(first, kept - 1, 0);
    first = std::max(first, kept + 1);
  }
  close_range(first, UINT_MAX, 0);
}

}  // namespace

Result<pid_t> fork_child(std::initializer_list<int> keep, const std::function<int()>& work) {
  std::vector<int> kept;
  std::ranges::copy_if(keep, std::back_inserter(kept), [](int fd) { return fd >= 3; });
  std::ranges::sort(kept);

  // Signals stay blocked in the child: it must not end between the kernel's work and our reading of it.
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  sigprocmask(SIG_SETMASK, &all, &before);
  const pid_t pid = fork();
  if (pid == 0) {
    setsid();
    detach_streams();
    close_all_but(kept);
    _exit(work());
  }
  const int error = errno;
  sigprocmask(SIG_SETMASK, &before, nullptr);
  if (pid < 0) return Failure(errno_error("fork", error));
  return pid;
}

std::optional<int> wait_child(pid_t pid, std::chrono::milliseconds timeout) {
  // Not pidfd_open(): glibc 2.36 declares it without C linkage.
  const Fd handle(static_cast<int>(syscall(SYS_pidfd_open, pid, 0)));
  const auto end = std::chrono::steady_clock::now() + timeout;
  for (;;) {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(end - std::chrono::steady_clock::now());
    pollfd wait{handle.get(), POLLIN, 0};
    const int ready = poll(&wait, 1, static_cast<int>(std::clamp<std::int64_t>(left.count(), 0, INT_MAX)));
    if (ready < 0 && errno == EINTR) continue;
    if (ready == 0) return std::nullopt;
    break;
  }
  int status = 0;
  while (waitpid(pid, &status, 0) < 0) {
    if (errno != EINTR) return std::nullopt;
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace gpupass::sys
