// SPDX-License-Identifier: GPL-2.0-or-later
// Which files of the host, and which programs, have it bind at boot; and what takes that away again.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "gpupass/boot/machine.hpp"
#include "gpupass/boot_binding.hpp"
#include "gpupass/plan.hpp"

namespace gpupass::boot {

/// What is to be so from the next boot on.
struct Wanted {
  std::vector<BootBinding> bindings;      // empty: nothing is left of gpupass
  std::vector<std::string> kernel_words;  // missing on the command line: "intel_iommu=on"
};

/// A file in gpupass's own folder, and where it belongs on the host.
struct Shipped {
  std::filesystem::path origin;
  std::string path;
};
/// Those that this machine needs, from scripts/boot below `data`.
[[nodiscard]] std::vector<Shipped> shipped_files(const Machine& machine, const std::filesystem::path& data);

/// gpupass's own note of what the initramfs was last generated with, one of the files of a change.
constexpr const char* k_files_record = "/var/lib/gpupass/boot-files.json";

/// As it is to be: text and mode, or not there.
[[nodiscard]] bool is_so(const Host& host, const FileContent& file);

/// What remains to be done; empty if all is so already. Errors: unsupported, if nothing that gpupass
/// knows runs early enough at this machine's boot, or a boot came without the words that were added for it.
[[nodiscard]] Result<std::vector<SetFiles>> changes(const Host& host, const Machine& machine,
                                                    const std::filesystem::path& data, const Wanted& wanted);

}  // namespace gpupass::boot
