// SPDX-License-Identifier: GPL-2.0-or-later
// The steps of tuning. Each is one function in a file of its own: it writes its decision into the domain,
// with the reason. guest.cpp has the table; a profile names the steps that it uses.
#pragma once

#include <string>
#include <vector>

#include "gpupass/virt/document.hpp"
#include "guest/layout.hpp"

namespace gpupass::guest {

/// What a step works on.
struct Tuning {
  virt::Document& domain;
  const GuestRequest& request;
  const GuestHost& host;
  const Layout& layout;
  const DomainTemplates& templates;
  std::vector<Choice>& choices;
};

using Step = Result<void> (*)(Tuning& tuning);

[[nodiscard]] Result<void> processors(Tuning& tuning);
[[nodiscard]] Result<void> pins(Tuning& tuning);
[[nodiscard]] Result<void> memory(Tuning& tuning);
[[nodiscard]] Result<void> huge_pages(Tuning& tuning);
[[nodiscard]] Result<void> nodes(Tuning& tuning);
[[nodiscard]] Result<void> address_space(Tuning& tuning);
[[nodiscard]] Result<void> cards(Tuning& tuning);
[[nodiscard]] Result<void> peer_to_peer(Tuning& tuning);
[[nodiscard]] Result<void> iommufd(Tuning& tuning);

/// Versions as libvirt numbers them: 9.3.0 is 9'003'000.
[[nodiscard]] constexpr std::uint64_t libvirt(std::uint64_t major, std::uint64_t minor,
                                              std::uint64_t release) {
  return major * 1'000'000 + minor * 1'000 + release;
}
[[nodiscard]] std::string version_text(std::uint64_t version);

}  // namespace gpupass::guest
