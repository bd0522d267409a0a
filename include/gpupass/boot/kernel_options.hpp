// SPDX-License-Identifier: GPL-2.0-or-later
// Words on the kernel's command line, through whatever hands it over: added where they are missing, and
// taken out again only where gpupass added them.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "gpupass/boot/machine.hpp"
#include "gpupass/plan.hpp"
#include "gpupass/record_files.hpp"

namespace gpupass::boot {

/// The change that adds them; nothing if there is none to add, or they were added and no boot came since.
/// Error: unsupported, naming what a person can do, if the boot loader is not known, or a boot came since
/// and had them not.
[[nodiscard]] Result<std::optional<SetFiles>> add_kernel_words(const Host& host, Loader loader,
                                                               const std::vector<std::string>& words);
/// The change that takes out what gpupass added; nothing if it added none.
[[nodiscard]] Result<std::optional<SetFiles>> drop_kernel_words(const Host& host);

/// The record of the words that gpupass added, where it cannot be read.
[[nodiscard]] std::optional<UnreadableRecord> unreadable_kernel_words(const Host& host);

}  // namespace gpupass::boot
