// SPDX-License-Identifier: GPL-2.0-or-later
// `gpupass bind --persist` and `gpupass unbind --persist`: what vfio-pci has from the next boot on.
#pragma once

#include "cli/options.hpp"

namespace gpupass::cli {

/// Adds --persist and --apply.
void add_persist_options(po::options_description& options);
/// True where --persist is given. Error: usage, for --apply without it.
[[nodiscard]] Result<bool> is_persistent(const po::variables_map& values);

/// The first with --now binds now, too; otherwise neither touches a driver now.
[[nodiscard]] Result<int> bind_at_boot(Context& context, const po::variables_map& values);
[[nodiscard]] Result<int> unbind_at_boot(Context& context, const po::variables_map& values);

}  // namespace gpupass::cli
