// SPDX-License-Identifier: GPL-2.0-or-later
// What the actions of `gpupass hook` share.
#pragma once

#include <string>

#include "cli/options.hpp"

namespace gpupass::cli {

// One file each, but for those that look after the hook file.
[[nodiscard]] Result<int> hook_install(Context& context, const std::vector<std::string>& arguments);
[[nodiscard]] Result<int> hook_uninstall(Context& context, const std::vector<std::string>& arguments);
[[nodiscard]] Result<int> hook_status(Context& context, const std::vector<std::string>& arguments);
[[nodiscard]] Result<int> hook_check(Context& context, const std::vector<std::string>& arguments);
[[nodiscard]] Result<int> hook_run(Context& context, const std::vector<std::string>& arguments);

/// Error: refused, where libvirt's QEMU driver would not ask this gpupass before a start, as far as the
/// hook's file tells: a lent card would not be bound by it.
[[nodiscard]] Result<void> require_hook(const Context& context);

/// What a start of this domain would be refused for, and nothing else: it reads, and changes nothing. Its
/// cards are the functions that gpupass gave it; empty: it has none. Errors: refused; invalid, for XML that
/// is none.
[[nodiscard]] Result<std::vector<PciAddress>> check_start(Context& context, const std::string& domain,
                                                          const std::string& xml);

}  // namespace gpupass::cli
