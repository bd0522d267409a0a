// SPDX-License-Identifier: GPL-2.0-or-later
// A file that the user named for a result: theirs to read, and any kind of file (a device, a pipe).
#pragma once

#include <string>

#include "gpupass/error.hpp"
#include "gpupass/sys/fd.hpp"

namespace gpupass::sys {

class OutputFile {
 public:
  /// Opens it now, so that a long job is not started for nothing, and empties it only when it is written.
  [[nodiscard]] static Result<OutputFile> open(const std::string& path);

  /// The whole content; a second call replaces the first's.
  [[nodiscard]] Result<> write(const std::string& text);

  /// There is no content: removes the file if open() made it and nothing was written.
  void discard();

 private:
  OutputFile(Fd file, std::string path, bool made)
      : file_(std::move(file)), path_(std::move(path)), made_(made) {}
  Fd file_;
  std::string path_;
  bool made_;
};

}  // namespace gpupass::sys
