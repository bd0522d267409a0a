// SPDX-License-Identifier: GPL-2.0-or-later
#include "gpupass/sys/stream.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "gpupass/sys/fd.hpp"

namespace gpupass::sys {

Result<std::string> read_stream(const std::filesystem::path& path, std::size_t limit) {
  const Fd file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) return Failure(errno_error("read " + path.string(), errno));
  std::string text;
  std::array<char, 65536> chunk{};
  while (text.size() < limit) {
    const auto got = ::read(file.get(), chunk.data(), std::min(chunk.size(), limit - text.size()));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return Failure(errno_error("read " + path.string(), errno));
    if (got == 0) break;
    text.append(chunk.data(), static_cast<std::size_t>(got));
  }
  return text;
}

}  // namespace gpupass::sys
