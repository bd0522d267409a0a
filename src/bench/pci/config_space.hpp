// SPDX-License-Identifier: GPL-2.0-or-later
// The configuration space of a function, through the kernel.
#pragma once

#include <cstdint>
#include <string>

#include "gpupass/error.hpp"
#include "gpupass/sys/fd.hpp"

namespace gpupass::bench::pci {

class ConfigSpace {
 public:
  /// Errors: not_found, denied.
  [[nodiscard]] static Result<ConfigSpace> open(const std::string& address);

  /// 32 bits at an offset; the kernel reads them from the device each time.
  [[nodiscard]] Result<std::uint32_t> read(std::int64_t offset) const;

 private:
  ConfigSpace(sys::Fd file, std::string path) : file_(std::move(file)), path_(std::move(path)) {}
  sys::Fd file_;
  std::string path_;
};

/// Vendor and device: the same with every read, on every function.
inline constexpr std::int64_t k_ids = 0;

}  // namespace gpupass::bench::pci
