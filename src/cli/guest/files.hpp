// SPDX-License-Identifier: GPL-2.0-or-later
// The files of a guest: a disk over the user's image, and the seed. All through programs that others keep.
#pragma once

#include <string>
#include <vector>

#include "gpupass/guest/image.hpp"
#include "gpupass/guest/seed.hpp"
#include "gpupass/host.hpp"

namespace gpupass::cli {

/// `allowed`: absolute paths of the files that the image may be made of besides itself.
/// Errors: not_found (no such image, no qemu-img), invalid (it is no image), denied; refused, where it, or a
/// file that it names, names one that is not allowed.
[[nodiscard]] Result<guest::Image> inspect_image(Host& host, const std::string& path,
                                                 const std::vector<std::string>& allowed);

/// libvirt's own folder for images.
inline constexpr const char* k_images = "/var/lib/libvirt/images";

/// Where a guest's files are: a folder of its own.
struct GuestFiles {
  std::string folder, disk, seed;
};
[[nodiscard]] GuestFiles files_of(const std::string& folder, const std::string& name);

/// Error: refused, where something is there already.
[[nodiscard]] Result<void> refuse_taken_folder(const Host& host, const GuestFiles& files);
/// For its owner alone, while they are made.
[[nodiscard]] Result<void> make_folder(Host& host, const GuestFiles& files);
/// A copy-on-write disk: the image stays as it is. `size` 0: as large as the image.
[[nodiscard]] Result<void> make_disk(Host& host, const GuestFiles& files, const guest::Image& image,
                                     std::uint64_t size);
/// `programs` come along, in a folder of the seed, for the guest to run.
[[nodiscard]] Result<void> make_seed_image(Host& host, const GuestFiles& files, const guest::Seed& seed,
                                           const std::vector<std::string>& programs);
/// QEMU's user gets through to the files, which libvirt gives it; nobody else does.
[[nodiscard]] Result<void> open_folder(Host& host, const GuestFiles& files);
/// Files that are not there are no error. The folders they are in go too, where nothing else is in them.
[[nodiscard]] Result<void> remove_files(Host& host, const std::vector<std::string>& files);

}  // namespace gpupass::cli
