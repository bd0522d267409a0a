// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/pci/mapping.hpp"

#include <sys/mman.h>

#include <cerrno>

#include "gpupass/sys/fd.hpp"

namespace gpupass::bench::pci {

Result<Mapping> Mapping::make(int file, std::int64_t offset, std::size_t bytes) {
  bytes = std::min(bytes, k_most_mapped);
  void* const start = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, file, offset);
  if (start == MAP_FAILED && errno == EINVAL) {
    return fail(ErrorKind::unsupported, "the kernel does not let this BAR be mapped");
  }
  if (start == MAP_FAILED) return Failure(sys::errno_error("map the BAR", errno));
  return Mapping(start, bytes);
}

Mapping::~Mapping() {
  if (start_ != nullptr) munmap(start_, bytes_);
}

}  // namespace gpupass::bench::pci
