// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/pci/config_space.hpp"

#include "gpupass/core/sysfs.hpp"

#include <fcntl.h>

#include <cerrno>

namespace gpupass::bench::pci {

Result<ConfigSpace> ConfigSpace::open(const std::string& address) {
  auto path = sysfs::pci_device(address, "config");
  sys::Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) return Failure(sys::errno_error("open " + path, errno));
  return ConfigSpace(std::move(file), std::move(path));
}

Result<std::uint32_t> ConfigSpace::read(std::int64_t offset) const {
  std::uint32_t word = 0;
  if (pread(file_.get(), &word, sizeof word, offset) != sizeof word) {
    return Failure(sys::errno_error("read " + path_, errno));
  }
  return word;
}

}  // namespace gpupass::bench::pci
