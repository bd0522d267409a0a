// SPDX-License-Identifier: GPL-2.0-or-later
// A terminal of its own for a command: what is typed there, and what a person sees.
#pragma once

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <string>
#include <thread>

namespace gpupass::test {

class PseudoTerminal {
 public:
  /// `typed` is there before anybody reads it.
  explicit PseudoTerminal(const std::string& typed) : master_(posix_openpt(O_RDWR | O_NOCTTY)) {
    EXPECT_TRUE(master_ >= 0 && grantpt(master_) == 0 && unlockpt(master_) == 0);
    const std::string name = ptsname(master_);
    in.open(name);
    out.open(name);
    out << std::unitbuf;
    EXPECT_EQ(write(master_, typed.data(), typed.size()), static_cast<ssize_t>(typed.size()));
    reader_ = std::thread([this] {
      char text[4096];
      for (ssize_t size = 0; (size = read(master_, text, sizeof text)) > 0;)
        seen_.append(text, static_cast<std::size_t>(size));
    });
  }
  PseudoTerminal(const PseudoTerminal&) = delete;
  PseudoTerminal& operator=(const PseudoTerminal&) = delete;
  ~PseudoTerminal() {
    if (reader_.joinable()) static_cast<void>(seen());
    close(master_);
  }

  /// All that was to be seen, once nobody has it open any more.
  [[nodiscard]] const std::string& seen() {
    in.close();
    out.close();
    if (reader_.joinable()) reader_.join();
    return seen_;
  }

  std::ifstream in;
  std::ofstream out;

 private:
  int master_;
  std::string seen_;
  std::thread reader_;
};

}  // namespace gpupass::test
