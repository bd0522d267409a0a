// SPDX-License-Identifier: GPL-2.0-or-later
// One gpupass at a time for a device or a domain; a child stuck in the kernel keeps its device's lock.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>

#include "gpupass/host.hpp"

namespace gpupass {

/// Who has a lock, as written in its file.
struct LockOwner {
  pid_t pid = 0;
  std::string doing;  // "attach 0000:01:00.0 to vm1"; "unbind 0000:01:00.0 from nvidia (still in the kernel)"
  std::string since;  // UTC
  bool in_kernel = false;  // left behind by a gpupass that has ended: it is inside the kernel
  bool operator==(const LockOwner&) const = default;
};

/// An flock on /run/gpupass/NAME.lock, released when the last descriptor of it is closed.
class Lock {
 public:
  /// Waits until the lock is free, at most `patience`. `waiting` is called once, when it has to wait.
  /// Error: busy, naming the owner; at once, without waiting, when the owner is a process that is
  /// still in the kernel after its gpupass ended.
  [[nodiscard]] static Result<Lock> acquire(Host& host, const std::string& name, const std::string& doing,
                                            std::chrono::milliseconds patience,
                                            const std::function<void(const LockOwner&)>& waiting = {});
  /// What acquire() would refuse at once. Takes nothing.
  [[nodiscard]] static Result<void> obtainable(const Host& host, const std::string& name);
  /// Who holds the lock right now; nothing when it is free.
  [[nodiscard]] static std::optional<LockOwner> owner(const Host& host, const std::string& name);

  Lock(Lock&& other) noexcept;
  Lock& operator=(Lock&& other) noexcept;
  Lock(const Lock&) = delete;
  Lock& operator=(const Lock&) = delete;
  ~Lock();

  [[nodiscard]] int fd() const { return fd_; }
  /// Records that a process which is still in the kernel keeps this lock after this gpupass ends.
  void hand_over(pid_t pid, const std::string& doing, const std::string& since) const;

 private:
  explicit Lock(int fd) : fd_(fd) {}
  int fd_ = -1;
};

}  // namespace gpupass
