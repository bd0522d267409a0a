// SPDX-License-Identifier: GPL-2.0-or-later
// What a person still has to do to files of the host, and how.
#pragma once

#include <string>
#include <vector>

namespace gpupass {

struct FileChange {
  enum class How { remove, set_mode, install, patch };

  How how = How::remove;
  std::string path;
  unsigned mode = 0;       // of set_mode and install
  std::string origin;      // of install: the file that is copied
  std::string difference;  // of patch, which patch(1) takes as well
};

struct RemainingStep {
  std::string purpose;
  std::vector<FileChange> files;
  std::vector<std::string> program;  // to be run then; empty: none
};

}  // namespace gpupass
