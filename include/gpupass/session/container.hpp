// SPDX-License-Identifier: GPL-2.0-or-later
// Cards for containers: which there are, a CDI file that describes them to engines, and options for engines
// without CDI. A container has a card on the host's driver, or a whole IOMMU group on vfio-pci; no driver is
// changed.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "gpupass/container/lxc.hpp"
#include "gpupass/container/machine.hpp"
#include "gpupass/container/parts.hpp"
#include "gpupass/container/reader.hpp"
#include "gpupass/judge/diagnosis.hpp"
#include "gpupass/session/session.hpp"

namespace gpupass::session {

/// Where gpupass describes cards by default: read by every engine that knows CDI.
constexpr const char* k_cdi_file = "/etc/cdi/gpupass.json";
/// What gpupass wrote for containers: each file with its text.
constexpr const char* k_cdi_record = "/var/lib/gpupass/cdi.json";

/// A machine as containers see it.
struct ContainerView {
  Inventory inventory;
  container::Machine machine;
  std::vector<Hold> holds;  // those that can be read
  std::vector<container::LxcContainer> lxc;

  /// Of a card that is a guest's or a job's; nothing if it is free for containers.
  [[nodiscard]] std::optional<container::NotForContainers> taken(const container::Card& card) const;
  /// Those that are.
  [[nodiscard]] std::map<PciAddress, container::NotForContainers> taken() const;
};
[[nodiscard]] Result<ContainerView> look_at_containers(const World& world, Requester& requester);

/// What keeps containers from cards, as findings of the machine.
[[nodiscard]] Result<judge::Diagnosis> diagnose_for_containers(const World& world, Requester& requester);

/// The cards that are meant; without a selection all that containers can have, with a note why the others
/// cannot. Errors: not_found, refused.
[[nodiscard]] Result<std::vector<const container::Card*>> container_cards(
    const ContainerView& view, Requester& requester, const std::optional<Selection>& what);

struct DescribeRequest {
  std::optional<Selection> what;    // nothing: every card that containers can have
  std::string output = k_cdi_file;  // an absolute path
  /// For which engine: the file goes where that looks, unless `output` is another place, and a note says what
  /// has to be switched on there.
  std::optional<container::Reader> reader = {};
};
/// Writes the CDI file. Errors: unsupported, for an engine that reads none; refused, for a file that is not
/// gpupass's, or a name that another file defines.
[[nodiscard]] Result<Done> describe_for_containers(World& world, const Manner& manner,
                                                   const DescribeRequest& request);

/// Removes what gpupass wrote: one file, or all of them. Error: refused, for one that somebody changed.
[[nodiscard]] Result<Done> forget_for_containers(World& world, const Manner& manner,
                                                 const std::optional<std::string>& output);

/// In order.
[[nodiscard]] Functions addresses_of(const std::vector<const container::Card*>& cards);

/// An engine without CDI by its name. Error: usage, of one that gpupass does not know.
[[nodiscard]] Result<container::Engine> engine_named(const std::string& name);

/// Options, or lines, for an engine without CDI.
[[nodiscard]] Result<std::string> container_flags(const World& world, Requester& requester,
                                                  const Selection& what, container::Engine engine);

}  // namespace gpupass::session
