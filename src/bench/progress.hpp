// SPDX-License-Identifier: GPL-2.0-or-later
// One line on the terminal that shows the run's progress; nothing if there is no terminal.
#pragma once

#include <ostream>
#include <string>

namespace gpupass::bench {

class Progress {
 public:
  /// columns: of the terminal behind `out`; 0: there is none.
  Progress(std::ostream& out, int columns) : out_(out), columns_(columns) {}
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  ~Progress() { show(""); }

  /// "12/57 h2d.pinned"
  void begins(std::size_t number, std::size_t all, std::string_view what);
  /// "12/57 h2d.pinned: passed h2d.pinned/bytes=4096"
  void measured(std::string_view what);

 private:
  void show(const std::string& line);

  std::ostream& out_;
  int columns_;
  std::string where_;
};

}  // namespace gpupass::bench
