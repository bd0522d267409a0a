// SPDX-License-Identifier: GPL-2.0-or-later
// Records that gpupass keeps, one JSON file each, in a folder below /var/lib/gpupass. A record that cannot be
// read blocks its own device or guest, and nothing else.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gpupass/host.hpp"
#include "gpupass/unreadable_record.hpp"

namespace gpupass {

template <class Record>
struct Records {
  std::vector<Record> readable;              // in the order of their names
  std::vector<UnreadableRecord> unreadable;  // likewise
};

/// Reads the files *.json of a folder. `load` takes the name without its ending and gives the record, nothing
/// if none is of that name, or the error that makes it unreadable. A folder that is not there has none;
/// error: that of one that cannot be read.
template <class Record, class Load>
[[nodiscard]] Result<Records<Record>> load_records(const Host& host, const std::string& folder, Load load) {
  constexpr std::string_view k_suffix = ".json";
  Records<Record> records;
  const auto files = host.list(folder);
  if (!files && files.error().kind == ErrorKind::not_found) return records;
  if (!files) return Failure(files.error());
  for (const auto& file : *files) {
    if (!file.ends_with(k_suffix)) continue;  // a temporary file that a power cut left, or one set aside
    const auto name = file.substr(0, file.size() - k_suffix.size());
    Result<std::optional<Record>> record = load(name);
    if (!record) {
      records.unreadable.push_back({name, folder + "/" + file, std::move(record).error()});
    } else if (*record) {
      records.readable.push_back(**std::move(record));
    }
  }
  return records;
}

/// Writes one, with a newline at its end. It contains no secrets, and an ordinary user's dry runs need it, so
/// everybody may read it.
[[nodiscard]] Result<void> write_record(Host& host, const std::string& path, const std::string& text);

/// Appends ".unreadable" to a damaged file's name, so that it blocks nothing any more. Returns the new path.
[[nodiscard]] Result<std::string> set_aside(Host& host, const std::string& path);

/// The error of a damaged record, with its remedy. `then`: what to do once it is out of the way.
[[nodiscard]] Failure damaged(Error error, const std::string& then);

}  // namespace gpupass
