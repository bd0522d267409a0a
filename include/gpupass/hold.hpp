// SPDX-License-Identifier: GPL-2.0-or-later
// What gpupass remembers of a device for as long as it has it: where it must go back to.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "gpupass/host.hpp"
#include "gpupass/identity.hpp"
#include "gpupass/pci_address.hpp"

namespace gpupass {

/// A domain whose configuration has a device, and its connection.
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

/// All domains that a device is held for; none for one that only `gpupass bind` took.
[[nodiscard]] std::vector<Sharer> sharers_of(const Hold& hold);
/// Their names.
[[nodiscard]] std::vector<std::string> domains_of(const Hold& hold);
[[nodiscard]] bool is_for(const Hold& hold, const std::string& domain);
/// The hold when this domain has the device no more: the next of those that share it comes first.
[[nodiscard]] Hold without_domain(Hold hold, const std::string& domain);

/// All holds, sorted by device. A record that cannot be read is an error of kind invalid that names it.
[[nodiscard]] Result<std::vector<Hold>> load_holds(const Host& host);
[[nodiscard]] Result<std::optional<Hold>> load_hold(const Host& host, const PciAddress& device);
/// Written to a temporary file, fsynced, renamed.
[[nodiscard]] Result<void> save_hold(Host& host, const Hold& hold);
[[nodiscard]] Result<void> remove_hold(Host& host, const PciAddress& device);

[[nodiscard]] std::string to_json(const Hold& hold);
[[nodiscard]] Result<Hold> hold_from_json(const std::string& text);

}  // namespace gpupass
