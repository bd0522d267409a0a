// SPDX-License-Identifier: GPL-2.0-or-later
#include "gpupass/sys/output_file.hpp"

#include <fcntl.h>

#include <cerrno>
#include <string_view>

namespace gpupass::sys {

Result<OutputFile> OutputFile::open(const std::string& path) {
  constexpr int k_flags = O_WRONLY | O_CREAT | O_CLOEXEC;
  Fd file(::open(path.c_str(), k_flags | O_EXCL, 0666));
  const bool made = bool(file);
  if (!made && errno == EEXIST) file = Fd(::open(path.c_str(), k_flags, 0666));
  if (!file) return Failure(errno_error("write " + path, errno));
  return OutputFile(std::move(file), path, made);
}

void OutputFile::discard() {
  if (made_) unlink(path_.c_str());
  made_ = false;
}

Result<> OutputFile::write(const std::string& text) {
  // A device or a pipe can be neither emptied nor rewound, and need not be.
  if (ftruncate(file_.get(), 0) == 0) lseek(file_.get(), 0, SEEK_SET);
  made_ = false;
  std::string_view rest = text;
  while (!rest.empty()) {
    const auto written = ::write(file_.get(), rest.data(), rest.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return Failure(errno_error("write " + path_, errno));
    rest.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

}  // namespace gpupass::sys
