// SPDX-License-Identifier: GPL-2.0-or-later
// What the machine is, as far as it may explain a difference between two runs: Run::env.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "bench/case.hpp"
#include "gpupass/host.hpp"

namespace gpupass::bench {

/// Facts below the host's root; one that cannot be read is left out. `hypervisor` is what the processor
/// answers (hypervisor()), or "none". With Settings::pci, "pci" has that function's.
[[nodiscard]] nlohmann::json environment(const Host& host, const Settings& settings,
                                         const std::string& hypervisor);

/// Of the machine that this program runs on: "KVM", "Hyper-V", … as CPUID names itself; "none".
[[nodiscard]] std::string hypervisor();

}  // namespace gpupass::bench
