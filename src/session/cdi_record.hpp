// SPDX-License-Identifier: GPL-2.0-or-later
// What gpupass wrote for container engines, and whether it is still so.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "gpupass/host.hpp"
#include "gpupass/plan.hpp"
#include "gpupass/session/change.hpp"

namespace gpupass::session {

struct DescribedFile {
  std::string path, text;         // no text: there is no such file while all of its cards are away
  std::vector<std::string> away;  // names that come back into it with their cards
  bool operator==(const DescribedFile&) const = default;
};

/// Those that the record has. Errors: denied; invalid, of a record that cannot be read.
[[nodiscard]] Result<std::vector<DescribedFile>> described_files(const Host& host);

/// A file is gpupass's if it has gpupass's kind, is in its record, and reads as it was written. Error:
/// refused.
[[nodiscard]] Result<void> refuse_foreign(const Host& host, const std::vector<DescribedFile>& files,
                                          const std::string& path);

/// Writes the files as they are to be, and the record of all that gpupass has written.
[[nodiscard]] SetFiles describe_step(std::string purpose, const std::vector<DescribedFile>& changed,
                                     const std::vector<DescribedFile>& all);

/// One gpupass at a time writes what engines read. After the locks of devices and domains. Refuses where an
/// interrupted one left it in the middle.
[[nodiscard]] Result<void> lock_descriptions(World& world, const Manner& manner, const std::string& doing,
                                             Locks& locks);

}  // namespace gpupass::session
