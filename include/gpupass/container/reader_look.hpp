// SPDX-License-Identifier: GPL-2.0-or-later
// An engine as a reader of CDI files, as it is on a machine.
#pragma once

#include "gpupass/container/reader.hpp"
#include "gpupass/host.hpp"

namespace gpupass::container {

/// From its configuration files, and what its program says of its version (not asked of a captured machine).
/// Error: invalid, of a configuration that cannot be read.
[[nodiscard]] Result<ReaderFacts> look_at_reader(Host& host, Reader reader);

}  // namespace gpupass::container
