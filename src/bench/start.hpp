// SPDX-License-Identifier: GPL-2.0-or-later
// The time until a program runs, and until a card has done something for it, from the moment at which an
// experiment starts it or its container. --started gives that moment, by the same clock.
#pragma once

#include <cstdint>

#include "bench/case.hpp"

namespace gpupass::bench {

/// Of CLOCK_MONOTONIC, which is one for all programs of a kernel, those in containers included.
[[nodiscard]] std::int64_t moment_ns();

/// When this program began. The first call sets it.
[[nodiscard]] std::int64_t program_began();

/// A measurement of one sample: from Settings::started until then. Error: invalid, if that is no time at
/// all or more than a day: the clocks are not the same.
[[nodiscard]] Result<Measurement> until(const Case& row, const Settings& settings, std::int64_t moment);

[[nodiscard]] Result<> start_program(const Case& row, Context& context);

}  // namespace gpupass::bench
