// SPDX-License-Identifier: GPL-2.0-or-later
// What an image of a disk is, as `qemu-img info` and its first sector tell.
#pragma once

#include <cstdint>
#include <string>

#include "gpupass/error.hpp"

namespace gpupass::guest {

struct Image {
  std::string path;
  std::string format;      // "qcow2", "raw"
  std::uint64_t size = 0;  // bytes, as the guest sees it
};

/// `info` is qemu-img's JSON; `head` the file's first 512 bytes. qemu-img takes any file for a raw image, so
/// one of that kind must begin as a disk does that a machine can start from. Error: invalid.
[[nodiscard]] Result<Image> read_image(const std::string& path, const std::string& info,
                                       const std::string& head);

}  // namespace gpupass::guest
