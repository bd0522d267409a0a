// SPDX-License-Identifier: GPL-2.0-or-later
// A file descriptor that closes itself, and errno as an Error.
#pragma once

#include <unistd.h>

#include <string>
#include <utility>

#include "gpupass/error.hpp"

namespace gpupass::sys {

class Fd {
 public:
  Fd() = default;
  explicit Fd(int fd) : fd_(fd) {}
  Fd(Fd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Fd& operator=(Fd&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  Fd(const Fd&) = delete;
  Fd& operator=(const Fd&) = delete;
  ~Fd() { reset(); }

  [[nodiscard]] int get() const { return fd_; }
  [[nodiscard]] explicit operator bool() const { return fd_ >= 0; }
  void reset() {
    if (fd_ >= 0) ::close(fd_);
    fd_ = -1;
  }

 private:
  int fd_ = -1;
};

/// "ACTION PATH: No such file or directory", with the kind that this errno stands for.
[[nodiscard]] Error errno_error(const std::string& action, int error_number);

}  // namespace gpupass::sys
