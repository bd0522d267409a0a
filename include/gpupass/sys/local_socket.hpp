// SPDX-License-Identifier: GPL-2.0-or-later
// A stream to another program of this machine, by a path; every wait is bounded.
#pragma once

#include <chrono>
#include <filesystem>
#include <string>
#include <string_view>

#include "gpupass/error.hpp"
#include "gpupass/sys/fd.hpp"

namespace gpupass::sys {

class LocalSocket {
 public:
  /// Errors: not_found (nobody listens), denied, system.
  [[nodiscard]] static Result<LocalSocket> connect(const std::filesystem::path& path);

  /// All of it. Errors: timeout; system, if the other end has gone.
  [[nodiscard]] Result<void> send(std::string_view bytes, std::chrono::milliseconds timeout);
  /// What has come; empty if nothing does within the time. Error: system, if the other end has gone.
  [[nodiscard]] Result<std::string> receive(std::chrono::milliseconds timeout);

 private:
  LocalSocket(Fd socket, std::string path) : socket_(std::move(socket)), path_(std::move(path)) {}
  Fd socket_;
  std::string path_;
};

}  // namespace gpupass::sys
