// SPDX-License-Identifier: GPL-2.0-or-later
// Messages about devices that are no longer where gpupass took them.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "gpupass/hold.hpp"
#include "gpupass/inventory.hpp"

namespace gpupass::report {

/// "another device is at this address now: 144d:a808 Samsung NVMe SSD (driver nvme)", or that nothing is.
[[nodiscard]] std::string what_is_there(const Inventory& inventory, const PciAddress& address,
                                        const Identity& remembered);

/// "it is at 0000:03:00.0 now"; where that is not certain, where devices like it are.
[[nodiscard]] std::string where_it_is(const Inventory& inventory, const Identity& remembered);

/// Those of the holds whose devices are not at their addresses; a mediated device has none.
[[nodiscard]] std::vector<Hold> displaced(const Inventory& inventory, const std::vector<Hold>& holds);

/// The commands that mend it: one to forget the former devices, one to give the same ones again.
[[nodiscard]] std::string mending(const Inventory& inventory, const std::vector<Hold>& displaced,
                                  const std::string& default_uri);

/// A refusal that names each of the holds whose devices are not at their addresses; nothing if all are.
[[nodiscard]] std::optional<Error> displaced_error(const Inventory& inventory, const std::vector<Hold>& holds,
                                                   const std::string& default_uri);

}  // namespace gpupass::report
