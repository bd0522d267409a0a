// SPDX-License-Identifier: GPL-2.0-or-later
// A socket at which libvirt's client finds a daemon that is as stuck as a test wants.
#pragma once

#include <atomic>
#include <filesystem>
#include <string>
#include <thread>

namespace gpupass::test {

class FakeDaemon {
 public:
  enum class Stuck {
    at_once,      // it takes the connection and never says a word
    once_opened,  // it answers until the connection is open, then never again
  };

  FakeDaemon(const std::filesystem::path& folder, Stuck stuck);
  /// Closes every connection.
  ~FakeDaemon();
  FakeDaemon(const FakeDaemon&) = delete;
  FakeDaemon& operator=(const FakeDaemon&) = delete;

  [[nodiscard]] std::string uri() const { return "qemu+unix:///system?socket=" + path_.string(); }

 private:
  void serve(Stuck stuck);

  std::filesystem::path path_;
  int listener_ = -1;
  std::atomic<int> client_ = -1;
  std::thread server_;
};

}  // namespace gpupass::test
