// SPDX-License-Identifier: GPL-2.0-or-later
// The words for the enumerations of a run.
#pragma once

#include <array>

#include "gpupass/bench/measurement.hpp"
#include "gpupass/core/names.hpp"

namespace gpupass::bench {

inline constexpr std::array k_groups = {
    core::Name<Group>{Group::latency, "latency"}, core::Name<Group>{Group::transfer, "transfer"},
    core::Name<Group>{Group::device, "device"},   core::Name<Group>{Group::application, "application"},
    core::Name<Group>{Group::pci, "pci"},         core::Name<Group>{Group::processor, "processor"},
    core::Name<Group>{Group::start, "start"},
};

inline constexpr std::array k_statuses = {
    core::Name<Status>{Status::passed, "passed"},
    core::Name<Status>{Status::failed, "failed"},
    core::Name<Status>{Status::waived, "waived"},
    core::Name<Status>{Status::error, "error"},
};

inline constexpr std::array k_betters = {
    core::Name<Better>{Better::lower, "lower"},
    core::Name<Better>{Better::higher, "higher"},
};

}  // namespace gpupass::bench
