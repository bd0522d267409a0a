// SPDX-License-Identifier: GPL-2.0-or-later
// Records that gpupass cannot read: each blocks only its own device, and is reported.
#pragma once

#include <vector>

#include "gpupass/record_files.hpp"

namespace gpupass::session {

/// Of all kinds: holds, bindings at boot, words of the kernel's command line. A folder that cannot be read is
/// one.
[[nodiscard]] std::vector<UnreadableRecord> unreadable_records(const Host& host);
/// Those that are damaged: for what is not for this user, nothing can be done but to be root.
[[nodiscard]] std::vector<UnreadableRecord> damaged_records(const Host& host);

/// Adds what cannot be read of these records, or their folder.
template <class Record>
void add_unreadable(std::vector<UnreadableRecord>& all, const char* folder, Result<Records<Record>> records) {
  if (records)
    all.insert(all.end(), records->unreadable.begin(), records->unreadable.end());
  else
    all.push_back({"", folder, std::move(records).error()});
}

}  // namespace gpupass::session
