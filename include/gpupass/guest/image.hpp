// SPDX-License-Identifier: GPL-2.0-or-later
// The format of a disk image, by `qemu-img info` and its own header.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "gpupass/error.hpp"

namespace gpupass::guest {

struct Image {
  std::string path;
  std::string format;      // "qcow2", "raw"
  std::uint64_t size = 0;  // bytes, as the guest sees it
};

/// How much of an image's beginning is looked at: the largest cluster of qcow2, which holds the whole header.
inline constexpr std::size_t k_image_head = 2U << 20U;

/// Files besides itself that a qcow2 image is made of. QEMU opens them as the host, so whoever wrote the
/// image chose which of the host's files its guest reads.
struct OtherFiles {
  std::optional<std::string> backing;  // as the header names it; empty: named beyond what was read
  std::optional<std::string> data;     // the external data file
  bool operator==(const OtherFiles&) const = default;
};

/// Reads the header of qcow (version 1) and qcow2 (2, 3), as QEMU's docs/interop/qcow2.txt has it. None for
/// any other format. Error: invalid, if a qcow2 header does not hold together.
[[nodiscard]] Result<OtherFiles> other_files(const std::string& path, const std::string& head);

/// Where QEMU looks for a file that an image names: beside the image, unless the name is absolute. Nothing
/// for a name that is no path: "json:{…}", "nbd:…".
[[nodiscard]] std::optional<std::string> path_beside(const std::string& image, const std::string& name);

/// `info` is qemu-img's JSON; `head` the beginning of the file, 512 bytes at least. qemu-img takes any file
/// for a raw image, so one of that kind must begin as a disk does that a machine can start from. Only qcow2
/// and raw are taken: other formats name further files in ways of their own. Error: invalid.
[[nodiscard]] Result<Image> read_image(const std::string& path, const std::string& info,
                                       const std::string& head);

/// Those other files that qemu-img sees in an image, by its JSON. Error: invalid.
[[nodiscard]] Result<OtherFiles> other_files_by_info(const std::string& path, const std::string& info);

}  // namespace gpupass::guest
