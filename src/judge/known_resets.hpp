// SPDX-License-Identifier: GPL-2.0-or-later
// Resets that the kernel offers and from which a card does not come back.
#pragma once

#include "gpupass/inventory.hpp"

namespace gpupass::judge {

/// Which resets of a kind of card are known to fail, as people reported them.
struct KnownReset {
  std::uint16_t vendor;
  std::uint16_t first_device;  ///< The kind's PCI ids are these, first and last included.
  std::uint16_t last_device;
  bool alone;     ///< The function's own reset (flr, pm) fails.
  bool with_bus;  ///< A reset of the bus fails.
  std::string_view kind;
  std::string_view outcome;  ///< "after it they …"
};

/// nullptr where nothing is known of this card's resets.
[[nodiscard]] const KnownReset* known_reset(const Device& device);

}  // namespace gpupass::judge
