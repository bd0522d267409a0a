// SPDX-License-Identifier: GPL-2.0-or-later
// Requests, each from the first look to its outcome. Whoever makes one says what is meant, and how; what is
// refused, asked, locked, planned and done is decided here, the same for a prompt, a hook and an experiment.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "gpupass/card.hpp"
#include "gpupass/session/change.hpp"
#include "gpupass/session/domain.hpp"

namespace gpupass::session {

/// Which functions of the machine are meant.
struct Selection {
  std::vector<Selector> selectors;
  Companions companions = Companions::along;
  std::vector<Selector> with = {};  // also exactly these
};
/// Exactly these functions.
[[nodiscard]] Selection exactly(const Functions& functions);
/// Sorted, each once. Errors: as of functions_meant().
[[nodiscard]] Result<Functions> functions_of(const Inventory& inventory, const Selection& selection);
/// What is to be looked at: the functions that are named, else those of graphics cards. A card's companions
/// come along.
[[nodiscard]] Result<Functions> named_or_graphics(const Inventory& inventory,
                                                  const std::vector<Selector>& selectors);

/// The devices of these; every device for `all`, where none is named.
[[nodiscard]] Result<std::vector<const Device*>> devices_shown(const Inventory& inventory,
                                                               const std::vector<Selector>& selectors,
                                                               bool all);

/// A card that goes to a domain: from its driver to vfio-pci, and into the domain's configuration or the
/// running guest.
struct AttachRequest {
  DomainChoice domain;
  Selection what;
  bool shared = false;  // as of Terms
  bool lend = false;
};
[[nodiscard]] Result<Done> attach(World& world, const Manner& manner, const AttachRequest& request);

/// The way back, to the driver that it had.
struct DetachRequest {
  DomainChoice domain;
  std::vector<Selector> what;  // empty: every device that the domain has
};
[[nodiscard]] Result<Done> detach(World& world, const Manner& manner, const DetachRequest& request);

/// Functions that are bound to a driver for no domain.
struct BindRequest {
  Selection what;
  std::string driver = "vfio-pci";
  std::optional<Owner> owner = {};  // whose they are to be; on the driver of its kind. Nobody else gets them
};
[[nodiscard]] Result<Done> bind(World& world, const Manner& manner, const BindRequest& request);

/// And given back to the drivers that they had.
struct UnbindRequest {
  std::optional<Selection> what;    // nothing: all that are held for the owner, or for nobody
  std::optional<Owner> owner = {};  // who gives them back
};
[[nodiscard]] Result<Done> unbind(World& world, const Manner& manner, const UnbindRequest& request);

/// Functions that are bound to vfio-pci at the boots to come.
struct BindAtBootRequest {
  Selection what;
  bool apply = false;  // change the host's own files, too; else what remains to be done is the outcome's
  bool now = false;    // bind them now, too
};
[[nodiscard]] Result<Done> bind_at_boot(World& world, const Manner& manner, const BindAtBootRequest& request);

/// And left to their own drivers.
struct UnbindAtBootRequest {
  std::optional<Selection> what;  // nothing: all that are bound at boot
  bool apply = false;
};
[[nodiscard]] Result<Done> unbind_at_boot(World& world, const Manner& manner,
                                          const UnbindAtBootRequest& request);

}  // namespace gpupass::session
