// SPDX-License-Identifier: GPL-2.0-or-later
// What gpupass remembers of a device for as long as it has it: where it must go back to.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "gpupass/device_name.hpp"
#include "gpupass/error.hpp"
#include "gpupass/identity.hpp"
#include "gpupass/owner.hpp"

namespace gpupass {

/// One device that gpupass took, as kept in /var/lib/gpupass/holds.
struct Hold {
  DeviceName device;
  Identity identity;  // what was at a function's address: another device that is there now is not held
  std::string original_driver;    // bound when gpupass came; empty: none
  std::string original_override;  // driver_override when gpupass came; empty: not set
  bool bound = false;             // by `gpupass bind`: stays held when its owner returns it
  /// Who has it, the first owner first; several domains may share it (`gpupass attach --shared`). None: only
  /// `gpupass bind` has it.
  std::vector<Owner> owners;
  bool lend = false;  // it is with the host until its domain starts: libvirt's hook binds it for each start
  // The domain for whose start the hook bound it: it goes back when that ends; empty: none
  std::string lent_to;
  std::string since;    // UTC, "2026-11-22T12:35:21Z"
  std::string boot_id;  // of the boot in which gpupass, or the hook after it, took it

  bool operator==(const Hold&) const = default;
};

/// The hold of a device among these; null for none.
[[nodiscard]] const Hold* find_hold(const std::vector<Hold>& holds, const DeviceName& device);

/// For a person: "vm1", "job slurm:4711"; a domain with its connection where two of one name have it.
[[nodiscard]] std::vector<std::string> owner_names(const Hold& hold);
[[nodiscard]] bool is_for(const Hold& hold, const Owner& owner);
/// For a domain of this name, on any connection: libvirt's hook does not learn more.
[[nodiscard]] bool is_for_domain_named(const Hold& hold, const std::string& name);
/// For an owner that does not share its devices.
[[nodiscard]] bool is_exclusive(const Hold& hold);
/// The hold with the owner added; what it is to the others does not change.
[[nodiscard]] Hold with_owner(Hold hold, const Owner& owner);
/// The hold without the owner: the next of those that share it comes first.
[[nodiscard]] Hold without_owner(Hold hold, const Owner& owner);

/// The commands that return it, for a person: "`gpupass detach vm1 0000:01:00.0` returns it".
[[nodiscard]] std::string return_commands(const Hold& hold);

/// The function that it is of. Error: unsupported, of a mediated device.
[[nodiscard]] Result<PciAddress> function_of(const Hold& hold);

[[nodiscard]] std::string to_json(const Hold& hold);
[[nodiscard]] Result<Hold> hold_from_json(const std::string& text);

}  // namespace gpupass
