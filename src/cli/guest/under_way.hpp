// SPDX-License-Identifier: GPL-2.0-or-later
// A guest that is being made: what a create that was killed leaves is known by this record, and by nothing
// else. It is written before the guest's folder is made and removed when libvirt has the guest.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "gpupass/record_files.hpp"

namespace gpupass::cli {

struct UnderWay {
  std::string name;
  std::string uri;                 // the connection that was to have it
  std::vector<std::string> files;  // that are made for it, in a folder of their own
  bool operator==(const UnderWay&) const = default;
};

/// Nothing, where no create of this name is under way or was interrupted. Error: invalid, of a record that
/// cannot be read.
[[nodiscard]] Result<std::optional<UnderWay>> load_under_way(const Host& host, const std::string& name);
[[nodiscard]] Result<void> save_under_way(Host& host, const UnderWay& guest);
/// Those of all guests. Error: that of a folder that cannot be read.
[[nodiscard]] Result<Records<UnderWay>> read_all_under_way(const Host& host);
/// The guest is there, or all that was made for it is gone.
[[nodiscard]] Result<void> remove_under_way(Host& host, const std::string& name);
/// Removes what was made for a guest that is not there, and then its record.
[[nodiscard]] Result<void> undo_create(Host& host, const UnderWay& guest);

/// The lock of a create or delete of this name: whoever has it may take a record for an interrupted one's.
[[nodiscard]] std::string under_way_lock(const std::string& name);

}  // namespace gpupass::cli
