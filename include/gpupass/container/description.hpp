// SPDX-License-Identifier: GPL-2.0-or-later
// gpupass's own CDI file as text: made from cards, with cards removed and added again. Also which names in
// other files stop working when a card goes. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gpupass/container/machine.hpp"

namespace gpupass::container {

/// The name that a card has in gpupass's specification: "0000:01:00.0", "vfio-0000:01:00.0".
[[nodiscard]] std::string cdi_name(const Card& card);
/// The card that such a name is of; nothing for "all".
[[nodiscard]] std::optional<PciAddress> card_named(std::string_view name);

/// The whole file. `all` is every card that is not a VFIO group.
[[nodiscard]] std::string specification(const Machine& machine, const std::vector<const Card*>& cards);
/// A file of gpupass's without these names; nothing if none is left. What the others need stays as it is.
[[nodiscard]] Result<std::optional<std::string>> without_names(const std::string& text,
                                                               const std::vector<std::string>& names);
/// The same file with these cards, as they are now. An empty text is a file without any.
[[nodiscard]] Result<std::string> with_cards(const std::string& text, const Machine& machine,
                                             const std::vector<const Card*>& cards);

/// Names of a file that is not gpupass's.
struct NamesLost {
  std::string path, kind;          // of the file
  std::vector<std::string> names;  // "nvidia.com/gpu=0"
  bool operator==(const NamesLost&) const = default;
};
/// Those that do not work any more once these nodes are gone.
[[nodiscard]] std::vector<NamesLost> names_lost(const std::vector<CdiFile>& files,
                                                const std::vector<Node>& nodes);
/// What rewrites a file of this kind.
[[nodiscard]] std::string remedy_for(const std::string& path, const std::string& kind);

}  // namespace gpupass::container
