// SPDX-License-Identifier: GPL-2.0-or-later
#include "gpupass/sys/scratch.hpp"

#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <utility>

#include "gpupass/sys/fd.hpp"

namespace gpupass::sys {

Result<ScratchFile> ScratchFile::make(const std::string& content) {
  std::error_code error;
  auto path = (std::filesystem::temp_directory_path(error) / "gpupass.XXXXXX").string();
  const Fd handle(mkstemp(path.data()));
  if (!handle) return Failure(errno_error("make a temporary file " + path, errno));
  ScratchFile file(std::move(path));
  for (std::size_t done = 0; done < content.size();) {
    const auto written = write(handle.get(), content.data() + done, content.size() - done);
    if (written < 0) return Failure(errno_error("write " + file.path(), errno));
    done += static_cast<std::size_t>(written);
  }
  return file;
}

ScratchFile::ScratchFile(ScratchFile&& other) noexcept : path_(std::exchange(other.path_, {})) {}

ScratchFile::~ScratchFile() {
  if (!path_.empty()) unlink(path_.c_str());
}

}  // namespace gpupass::sys
