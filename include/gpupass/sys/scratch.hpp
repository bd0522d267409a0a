// SPDX-License-Identifier: GPL-2.0-or-later
// A temporary file for a program that wants a path; only its owner can read it.
#pragma once

#include <string>

#include "gpupass/error.hpp"

namespace gpupass::sys {

class ScratchFile {
 public:
  [[nodiscard]] static Result<ScratchFile> make(const std::string& content);
  ScratchFile(ScratchFile&& other) noexcept;
  ScratchFile& operator=(ScratchFile&&) = delete;
  ScratchFile(const ScratchFile&) = delete;
  ScratchFile& operator=(const ScratchFile&) = delete;
  ~ScratchFile();
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  explicit ScratchFile(std::string path) : path_(std::move(path)) {}
  std::string path_;
};

}  // namespace gpupass::sys
