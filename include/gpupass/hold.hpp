// SPDX-License-Identifier: GPL-2.0-or-later
// What gpupass remembers of a device for as long as it has it: where it must go back to.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "gpupass/error.hpp"
#include "gpupass/identity.hpp"
#include "gpupass/pci_address.hpp"

namespace gpupass {

/// A domain that a device is held for. The same name on another connection is another domain.
struct Sharer {
  std::string domain, uri;
  bool operator==(const Sharer&) const = default;
};

/// One device that gpupass took, as kept in /var/lib/gpupass/holds.
struct Hold {
  PciAddress device;
  Identity identity;              // what was at that address: whatever else is there by now is not held
  std::string original_driver;    // bound when gpupass came; empty: none
  std::string original_override;  // driver_override when gpupass came; empty: not set
  bool bound = false;             // by `gpupass bind`: stays with us when a domain gives it back
  std::string domain;             // the domain that has it; empty: none
  std::string uri;                // that domain's connection
  bool lend = false;  // it is with the host until its domain starts: libvirt's hook binds it for each start
  std::string
      lent_to;  // the domain for whose start the hook bound it: it goes back when that ends; empty: none
  std::string since;    // UTC, "2026-11-22T12:35:21Z"
  std::string boot_id;  // of the boot in which gpupass, or the hook after it, took it
  /// Domains that have it by turns with the first (`gpupass attach --shared`): one of them runs at a time.
  std::vector<Sharer> shared_with = {};

  bool operator==(const Hold&) const = default;
};

/// The hold of a device among these; null for none.
[[nodiscard]] const Hold* find_hold(const std::vector<Hold>& holds, const PciAddress& device);

/// All domains that a device is held for; none for one that only `gpupass bind` took.
[[nodiscard]] std::vector<Sharer> sharers_of(const Hold& hold);
/// For a person: "vm1"; with its connection where two of one name have it.
[[nodiscard]] std::vector<std::string> domains_of(const Hold& hold);
[[nodiscard]] bool is_for(const Hold& hold, const Sharer& domain);
/// For a domain of this name, on whichever connection: libvirt's hook is told no more.
[[nodiscard]] bool is_for_one_named(const Hold& hold, const std::string& name);
/// The hold when the domain has it, too, and what it is to the others stays.
[[nodiscard]] Hold with_domain(Hold hold, const Sharer& domain);
/// The hold when the domain has it no more: the next of those that share it comes first.
[[nodiscard]] Hold without_domain(Hold hold, const Sharer& domain);

/// What gives it back, for a person: "`gpupass detach vm1 0000:01:00.0` gives it back".
[[nodiscard]] std::string return_commands(const Hold& hold);

[[nodiscard]] std::string to_json(const Hold& hold);
[[nodiscard]] Result<Hold> hold_from_json(const std::string& text);

}  // namespace gpupass
