// SPDX-License-Identifier: GPL-2.0-or-later
#include "sys/names_in.hpp"

#include <dirent.h>
#include <fcntl.h>

#include <cerrno>
#include <memory>
#include <string_view>

#include "gpupass/sys/fd.hpp"

namespace gpupass::sys {

tl::expected<std::vector<std::string>, int> names_in(int folder) {
  const int fd = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return tl::unexpected(errno);
  const std::unique_ptr<DIR, int (*)(DIR*)> stream(fdopendir(fd), closedir);
  if (!stream) {
    const Fd closed(fd);
    return tl::unexpected(errno);
  }
  std::vector<std::string> names;
  for (;;) {
    errno = 0;
    const auto* const found = readdir(stream.get());
    if (found == nullptr && errno != 0) return tl::unexpected(errno);
    if (found == nullptr) return names;
    const std::string_view name(static_cast<const char*>(found->d_name));
    if (name != "." && name != "..") names.emplace_back(name);
  }
}

}  // namespace gpupass::sys
