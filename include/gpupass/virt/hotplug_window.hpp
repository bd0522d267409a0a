// SPDX-License-Identifier: GPL-2.0-or-later
// Whether a card fits where a running guest would have to put it.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gpupass/inventory.hpp"

namespace gpupass::virt {

/// A root port's window is laid out when the guest starts; a function that is plugged in later must fit in
/// it. QEMU's firmware leaves 2 MiB of it free unless the domain reserves more (pcie-root-port's mem-reserve
/// and pref64-reserve). Where a function's memory BARs need more, libvirt still reports success and the guest
/// says "can't assign; no space": this is the warning to give before. Nothing if all fit, or where the
/// domain reserves something itself.
[[nodiscard]] std::optional<std::string> warn_of_hotplug_window(const std::string& domain_xml,
                                                                const std::vector<const Device*>& functions);

}  // namespace gpupass::virt
