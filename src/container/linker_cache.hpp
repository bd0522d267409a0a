// SPDX-License-Identifier: GPL-2.0-or-later
// /etc/ld.so.cache: where the dynamic linker finds a library by its name. Read as it lies there, so that no
// program has to be run.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace gpupass::container {

struct CachedLibrary {
  std::string name, path;  // "libcuda.so.1", "/usr/lib/x86_64-linux-gnu/libcuda.so.1"
  bool operator==(const CachedLibrary&) const = default;
};

/// In the order of the cache. What is not of glibc's format since 2.2, or is cut off, has none.
[[nodiscard]] std::vector<CachedLibrary> read_linker_cache(std::string_view content);

}  // namespace gpupass::container
