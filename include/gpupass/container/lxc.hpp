// SPDX-License-Identifier: GPL-2.0-or-later
// Cards in the configuration of an LXC container: a block of lines for each, between two that mark it. Every
// other line stays as it is, byte for byte. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "gpupass/error.hpp"
#include "gpupass/pci_address.hpp"

namespace gpupass::container {

/// A container of LXC, and what of cards is in its configuration.
struct LxcContainer {
  std::string name, config;  // the path of the file
  bool running = false;
  std::vector<PciAddress> cards = {};   // that gpupass put there
  std::string damage = {};              // why gpupass's lines cannot be told from others; empty: they can
  std::vector<std::string> stale = {};  // nodes of cards that are named there and are not so any more
  bool operator==(const LxcContainer&) const = default;
};

/// The cards whose blocks a configuration has. Error: invalid, of a block without its end, or one that is
/// there twice; it names the line.
[[nodiscard]] Result<std::vector<PciAddress>> cards_in_lxc(const std::string& config);
/// The configuration with this block for a card, at its end, or in the place of the one that it has.
/// `container` is named in it.
[[nodiscard]] Result<std::string> with_lxc_block(const std::string& config, const std::string& container,
                                                 const PciAddress& card, const std::string& lines);
/// And without it: as it was before it came.
[[nodiscard]] Result<std::string> without_lxc_block(const std::string& config, const PciAddress& card);

/// A line "KEY = VALUE" of a configuration. It points into the text.
struct LxcSetting {
  std::string_view key, value;
};
[[nodiscard]] std::vector<LxcSetting> lxc_settings(const std::string& config);
/// Whether its users are others than the host's: who may open a node there is decided by other numbers.
[[nodiscard]] bool maps_users(const std::string& config);

}  // namespace gpupass::container
